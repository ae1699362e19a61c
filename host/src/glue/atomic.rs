use super::atomic_types::convert_atomic_types;
use crate::bindings::types::Address;
use crate::{Error, StorageView};

implement! {
    use atomic::{Action, Change, Check, Entry, Expiring, Host, Outcome};

    impl Host {
        async fn get(&mut self, at: Address) -> Result<Option<Entry>, Error> {
            Ok(self.ctx.session.entry((&at).into()).await?.map(Entry::from))
        }

        async fn get_many(&mut self, at: Vec<Address>) -> Result<Vec<Option<Entry>>, Error> {
            let at: Vec<_> = at.iter().map(larder_store::Address::from).collect();
            let entries = self.ctx.session.get_many(&at).await?;
            Ok(entries.into_iter().map(|entry| entry.map(Entry::from)).collect())
        }

        async fn commit(&mut self, checks: Vec<Check>, changes: Vec<Change>) -> Result<Outcome, Error> {
            let checks: Vec<_> = checks.iter().map(larder_store::Check::from).collect();
            let (at, actions): (Vec<_>, Vec<_>) = changes.into_iter().map(|change| (change.at, change.action)).unzip();
            let changes = at.iter().zip(actions).map(|(at, action)| larder_store::Change {
                at: at.into(),
                action: action.into(),
            });
            Ok(self.ctx.session.apply(&checks, changes.collect()).await?.into())
        }

        async fn increment(&mut self, at: Address, by: i64) -> Result<i64, Error> {
            Ok(self.ctx.session.increment((&at).into(), by).await?)
        }
    }

    conversions {
        convert_atomic_types!();
    }
}
