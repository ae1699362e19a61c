use super::counter::increment_unsigned;
use crate::address::{Address, Store};
use crate::atomic::{Action, Change, Entry};
use crate::error::Error;
use crate::page::KeyPage;
use crate::session::Session;
use crate::store_view::StoreView;

/// What a bucket stands for in the session of its plugin.
#[derive(Clone, Copy)]
pub struct Opened<'a> {
    pub(super) session: &'a Session,
    pub(super) store: Store,
}

impl<'a> Opened<'a> {
    /// The store.
    pub fn view(self) -> StoreView<'a> {
        self.session.store(self.store)
    }

    fn at(self, key: &str) -> Address<'_> {
        Address { store: self.store, key }
    }

    /// As many keys as one answer may have.
    ///
    /// # Errors
    ///
    /// As [`StoreView::keys`] has them.
    pub async fn keys(self, after: Option<&str>) -> Result<KeyPage, Error> {
        self.view().keys("", after, u32::MAX).await
    }

    /// In the order asked, as of one moment.
    ///
    /// # Errors
    ///
    /// As [`Session::get_many`] has them.
    pub async fn get_many(self, keys: &[String]) -> Result<Vec<Option<Entry>>, Error> {
        let at: Vec<_> = keys.iter().map(|key| self.at(key)).collect();
        self.session.get_many(&at).await
    }

    /// All or none; of two values for one key the later.
    ///
    /// # Errors
    ///
    /// As [`Session::apply`] has them.
    pub async fn set_many(self, items: Vec<(String, Vec<u8>)>) -> Result<(), Error> {
        let (keys, values): (Vec<_>, Vec<_>) = items.into_iter().unzip();
        self.change(&keys, values.into_iter().map(Action::Set)).await
    }

    /// All or none.
    ///
    /// # Errors
    ///
    /// As [`Session::apply`] has them.
    pub async fn delete_many(self, keys: Vec<String>) -> Result<(), Error> {
        self.change(&keys, keys.iter().map(|_| Action::Delete)).await
    }

    /// Adds to a counter and gives the sum.
    ///
    /// # Errors
    ///
    /// As [`Session::increment`] has them.
    pub async fn increment(self, key: &str, by: i64) -> Result<i64, Error> {
        self.session.increment(self.at(key), by).await
    }

    /// The same for an interface that knows no sign.
    ///
    /// # Errors
    ///
    /// As [`Session::increment`] has them; also [`Error::NotACounter`] for a sum below zero.
    pub async fn increment_unsigned(self, key: &str, by: u64) -> Result<u64, Error> {
        increment_unsigned(self.session, self.at(key), by).await
    }

    async fn change(self, keys: &[String], actions: impl Iterator<Item = Action>) -> Result<(), Error> {
        let changes = keys.iter().zip(actions).map(|(key, action)| Change { at: self.at(key), action }).collect();
        // The outcome says nothing: without a check there is none that could not hold.
        self.session.apply(&[], changes).await?;
        Ok(())
    }
}
