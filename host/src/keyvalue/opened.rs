use larder_store::{Action, Address, Change, Entry, Error, KeyPage, Session, Store, StoreView};

/// What a bucket stands for in the session of its plugin.
#[derive(Clone, Copy)]
pub(super) struct Opened<'a> {
    pub(super) session: &'a Session,
    pub(super) store: Store,
}

impl<'a> Opened<'a> {
    pub(super) fn view(self) -> StoreView<'a> {
        self.session.store(self.store)
    }

    pub(super) fn at(self, key: &str) -> Address<'_> {
        Address { store: self.store, key }
    }

    /// As many keys as one answer may have.
    pub(super) async fn keys(self, after: Option<&str>) -> Result<KeyPage, Error> {
        self.view().keys("", after, u32::MAX).await
    }

    /// In the order asked, as of one moment.
    pub(super) async fn get_many(self, keys: &[String]) -> Result<Vec<Option<Entry>>, Error> {
        let at: Vec<_> = keys.iter().map(|key| self.at(key)).collect();
        self.session.get_many(&at).await
    }

    /// All or none; of two values for one key the later.
    pub(super) async fn set_many(self, items: Vec<(String, Vec<u8>)>) -> Result<(), Error> {
        let (keys, values): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        self.change(&keys, values.into_iter().map(Action::Set)).await
    }

    /// All or none.
    pub(super) async fn delete_many(self, keys: Vec<String>) -> Result<(), Error> {
        self.change(&keys, keys.iter().map(|_| Action::Delete)).await
    }

    async fn change(self, keys: &[String], actions: impl Iterator<Item = Action>) -> Result<(), Error> {
        let changes = keys.iter().zip(actions).map(|(key, action)| Change { at: self.at(key), action }).collect();
        // The outcome says nothing: without a check there is none that could not hold.
        self.session.apply(&[], changes).await?;
        Ok(())
    }
}
