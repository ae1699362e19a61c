use super::atomic_types::convert_atomic_types;
use crate::bindings::types::Address;
use crate::runtime::Demand;
use crate::{Error, StorageView};

implement! {
    use atomic::{Action, Change, Check, Entry, Expiring, Host, Outcome};

    impl Host {
        async fn get(&mut self, at: Address) -> Result<Option<Entry>, Error> {
            Ok(self.reading(1).await?.entry((&at).into()).await?.map(Entry::from))
        }

        async fn get_many(&mut self, at: Vec<Address>) -> Result<Vec<Option<Entry>>, Error> {
            let at: Vec<_> = at.iter().map(larder_store::Address::from).collect();
            let entries = self.reading(at.len()).await?.get_many(&at).await?;
            Ok(entries.into_iter().map(|entry| entry.map(Entry::from)).collect())
        }

        async fn commit(&mut self, checks: Vec<Check>, changes: Vec<Change>) -> Result<Outcome, Error> {
            let demand = demand_of(&checks, &changes);
            let checks: Vec<_> = checks.iter().map(larder_store::Check::from).collect();
            let (at, actions): (Vec<_>, Vec<_>) = changes.into_iter().map(|change| (change.at, change.action)).unzip();
            let changes = at.iter().zip(actions).map(|(at, action)| larder_store::Change {
                at: at.into(),
                action: action.into(),
            });
            Ok(self.session_for(demand).await?.apply(&checks, changes.collect()).await?.into())
        }

        async fn increment(&mut self, at: Address, by: i64) -> Result<i64, Error> {
            Ok(self.writing(at.key.len()).await?.increment((&at).into(), by).await?)
        }
    }

    conversions {
        convert_atomic_types!();

        fn demand_of(checks: &[Check], changes: &[Change]) -> Demand {
            let bytes = changes.iter().map(|Change { at, action }| {
                at.key.len() + match action {
                    Action::Set(value) | Action::SetExpiring(Expiring { value, .. }) => value.len(),
                    Action::Delete | Action::Add(_) => 0,
                }
            });
            Demand { reads: checks.len() as u64, ..Demand::writing(changes.len(), bytes.sum()) }
        }
    }
}
