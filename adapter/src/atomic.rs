use crate::Adapter;
use crate::atomic_types::convert_atomic_types;
use crate::bindings::atomic::{Action, Change, Check, Entry, Expiring, Guest, Outcome};
use crate::bindings::types::{Address, Error};
use crate::opened::in_session;

impl Guest for Adapter {
    fn get(at: Address) -> Result<Option<Entry>, Error> {
        Ok(in_session(async |session| session.entry((&at).into()).await)?.map(Entry::from))
    }

    fn get_many(at: Vec<Address>) -> Result<Vec<Option<Entry>>, Error> {
        let at: Vec<_> = at.iter().map(larder_store::Address::from).collect();
        let entries = in_session(async |session| session.get_many(&at).await)?;
        Ok(entries.into_iter().map(|entry| entry.map(Entry::from)).collect())
    }

    fn commit(checks: Vec<Check>, changes: Vec<Change>) -> Result<Outcome, Error> {
        let checks: Vec<_> = checks.iter().map(larder_store::Check::from).collect();
        let (at, actions): (Vec<_>, Vec<_>) = changes.into_iter().map(|change| (change.at, change.action)).unzip();
        let changes =
            at.iter().zip(actions).map(|(at, action)| larder_store::Change { at: at.into(), action: action.into() });
        Ok(in_session(async |session| session.apply(&checks, changes.collect()).await)?.into())
    }

    fn increment(at: Address, by: i64) -> Result<i64, Error> {
        Ok(in_session(async |session| session.increment((&at).into(), by).await)?)
    }
}

convert_atomic_types!();
