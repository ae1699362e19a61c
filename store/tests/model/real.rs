use std::time::Duration;

use larder_store::{Address, Change, Check, Error, Larder, Outcome, Reader, Session, Version, Writer};
use pollster::block_on;

use super::answer::{Answer, Entry};
use super::call::{At, Call, Deed, Expect};
use super::session::Terms;

/// A session of the store, with what it has open.
pub struct RealSession {
    session: Session,
    readers: Vec<Reader>,
    writers: Vec<Writer>,
}

impl RealSession {
    pub fn begin(larder: &Larder, terms: &Terms) -> Self {
        let session = larder
            .session(&"w".parse().unwrap(), &terms.plugin_id(), terms.limits.clone())
            .with_grant(terms.granted.grant())
            .with_commit(terms.commit);
        Self { session, readers: Vec::new(), writers: Vec::new() }
    }

    pub fn call(&mut self, call: &Call) -> Answer<Version> {
        block_on(self.answer(call)).unwrap_or_else(|error| Answer::Refused(format!("{error:?}")))
    }

    /// Ends the session.
    pub fn commit(mut self) -> Answer<Version> {
        self.readers.clear();
        self.writers.clear();
        match block_on(self.session.commit()) {
            Ok(()) => Answer::Done,
            Err(error) => Answer::Refused(format!("{error:?}")),
        }
    }

    async fn answer(&mut self, call: &Call) -> Result<Answer<Version>, Error> {
        let session = &self.session;
        let done = |()| Answer::Done;
        match call {
            Call::Set { at, value } => session.store(at.store).set(at.key, value.bytes()).await.map(done),
            Call::SetExpiring { at, value, ms } => {
                let expires_in = Duration::from_millis(*ms);
                session.store(at.store).set_expiring(at.key, value.bytes(), expires_in).await.map(done)
            }
            Call::Get(at) => {
                let value = session.store(at.store).get(at.key).await?;
                Ok(Answer::Value(value.map(Into::into)))
            }
            Call::Delete(at) => session.store(at.store).delete(at.key).await.map(done),
            Call::Exists(at) => session.store(at.store).exists(at.key).await.map(Answer::Flag),
            Call::Keys(listing) => {
                let store = session.store(listing.store);
                store.keys(listing.prefix, listing.after, listing.most).await.map(Answer::Keys)
            }
            Call::Items(listing) => {
                let store = session.store(listing.store);
                let page = store.items(listing.prefix, listing.after, listing.most).await?;
                let items = page.items.into_iter().map(|item| (item.key, item.value.into()));
                Ok(Answer::Items(items.collect(), page.next))
            }
            Call::DeletePrefix { store, prefix } => {
                session.store(*store).delete_prefix(prefix).await.map(Answer::Count)
            }
            Call::Usage(store) => session.store(*store).usage().await.map(Answer::Usage),
            Call::Entry(at) => Ok(Answer::Entries(vec![session.entry(at.address()).await?.map(entry)])),
            Call::GetMany(many) => {
                let many: Vec<Address> = many.iter().map(|at| at.address()).collect();
                let entries = session.get_many(&many).await?;
                Ok(Answer::Entries(entries.into_iter().map(|found| found.map(entry)).collect()))
            }
            Call::Apply { checks, changes } => self.apply(checks, changes).await,
            Call::Increment { at, by } => session.increment(at.address(), *by).await.map(Answer::Sum),
            Call::Open(at) => {
                let reader = session.open(at.address()).await?;
                let told = Answer::Reader(reader.as_ref().map(|reader| (reader.size(), reader.version())));
                self.readers.extend(reader);
                Ok(told)
            }
            Call::Read { reader, offset, most } => {
                let slice = self.readers[*reader].read(*offset, *most).await?;
                Ok(Answer::Value(Some(slice.into())))
            }
            Call::Close { reader } => {
                drop(self.readers.remove(*reader));
                Ok(Answer::Done)
            }
            Call::Create { at, expect, ms } => {
                let expires_in = ms.map(Duration::from_millis);
                let writer = session.create(at.address(), expect.map(Into::into), expires_in).await?;
                self.writers.push(writer);
                Ok(Answer::Done)
            }
            Call::Write { writer, value } => self.writers[*writer].write(value.bytes()).await.map(done),
            Call::Finish { writer } => self.writers.remove(*writer).finish().await.map(Answer::Finished),
            Call::Abandon { writer } => {
                drop(self.writers.remove(*writer));
                Ok(Answer::Done)
            }
        }
    }

    async fn apply(&self, checks: &[(At, Expect)], changes: &[(At, Deed)]) -> Result<Answer<Version>, Error> {
        let check = |(at, expect): &(At, Expect)| Check { at: at.address(), expect: (*expect).into() };
        let change = |(at, deed): &(At, Deed)| Change { at: at.address(), action: (*deed).into() };
        let checks: Vec<Check> = checks.iter().map(check).collect();
        match self.session.apply(&checks, changes.iter().map(change).collect()).await? {
            Outcome::Committed(version) => Ok(Answer::Committed(version)),
            Outcome::Conflict(unmet) => Ok(Answer::Unmet(unmet)),
        }
    }
}

impl At {
    pub fn address(&self) -> Address<'static> {
        Address { store: self.store, key: self.key }
    }
}

impl From<Deed> for larder_store::Action {
    fn from(deed: Deed) -> Self {
        match deed {
            Deed::Set(value) => Self::Set(value.bytes()),
            Deed::SetExpiring(value, ms) => {
                Self::SetExpiring { value: value.bytes(), expires_in: Duration::from_millis(ms) }
            }
            Deed::Delete => Self::Delete,
            Deed::Add(by) => Self::Add(by),
        }
    }
}

fn entry(entry: larder_store::Entry) -> Entry<Version> {
    Entry {
        value: entry.value.into(),
        version: entry.version,
        expires_in_ms: entry.expires_in.map(|left| u64::try_from(left.as_millis()).unwrap()),
    }
}
