use std::any::Any;
use std::hint::black_box;

use crate::exports::tests::hostile::attacks::Deed;
use crate::larder::storage::atomic::{self, Action, Change};
use crate::larder::storage::types::{Address, Error, Store};
use crate::larder::storage::{storage, streams};
use crate::wasi::keyvalue::store::Bucket;
use crate::wasi::keyvalue::{batch, store};

/// How many keys there are.
const KEYS: u32 = 16;

/// A thing done again and again.
pub struct Deeds {
    deed: Deed,
    value: Vec<u8>,
    done: u32,
    after: Option<String>,
    kept: Vec<Box<dyn Any>>,
    bucket: Option<Bucket>,
}

impl Deeds {
    pub fn new(deed: Deed, value_bytes: u32) -> Self {
        let of_keyvalue =
            [Deed::KeyvalueSet, Deed::KeyvalueGet, Deed::KeyvalueKeys, Deed::KeyvalueSetMany, Deed::KeyvalueSetNothing];
        let bucket = of_keyvalue.contains(&deed).then(|| store::open("").expect("there is this bucket"));
        Self { deed, value: vec![7; value_bytes as usize], done: 0, after: None, kept: Vec::new(), bucket }
    }

    pub fn once_more(&mut self) -> Result<(), Error> {
        let number = self.done;
        let key = (number % KEYS).to_string();
        let at = Address { store: Store::Private, key: key.clone() };
        self.done = self.done.wrapping_add(1);
        match self.deed {
            Deed::Set => storage::set(&key, &self.value),
            Deed::SetExpiring => storage::set_expiring(&key, &self.value, 60_000),
            Deed::Get => storage::get(&key).map(drop),
            Deed::Delete => storage::delete(&key),
            Deed::Exists => storage::exists(&key).map(drop),
            Deed::Keys => {
                self.after = storage::keys("", self.after.as_deref(), u32::MAX)?.next;
                Ok(())
            }
            Deed::Items => {
                self.after = storage::items("", self.after.as_deref(), u32::MAX)?.next;
                Ok(())
            }
            Deed::DeletePrefix => storage::delete_prefix("").map(drop),
            Deed::DeleteByPrefix => storage::delete_prefix(&format!("{:03}", number % 10)).map(drop),
            Deed::Usage => storage::usage().map(drop),
            Deed::Commit => atomic::commit(&[], &self.changes()).map(drop),
            Deed::CommitNothing => atomic::commit(&[], &[]).map(drop),
            Deed::Entry => atomic::get(&at).map(drop),
            Deed::GetMany => atomic::get_many(&addresses()).map(drop),
            Deed::Increment => atomic::increment(&at, 1).map(drop),
            Deed::Open => streams::open(&at).map(|reader| self.kept.push(Box::new(reader))),
            Deed::Create => streams::create(&at, None, None).map(|writer| self.kept.push(Box::new(writer))),
            Deed::Write => {
                let writer = streams::create(&at, None, None)?;
                writer.write(&self.value)?;
                streams::Writer::finish(writer).map(drop)
            }
            Deed::KeyvalueSet => self.bucket().set(&key, &self.value).map_err(other),
            Deed::KeyvalueGet => self.bucket().get(&key).map(drop).map_err(other),
            Deed::KeyvalueKeys => {
                self.after = self.bucket().list_keys(self.after.as_deref()).map_err(other)?.cursor;
                Ok(())
            }
            Deed::KeyvalueSetMany => {
                let items: Vec<_> = (0..KEYS).map(|key| (key.to_string(), self.value.clone())).collect();
                batch::set_many(self.bucket(), &items).map_err(other)
            }
            Deed::KeyvalueSetNothing => batch::set_many(self.bucket(), &[]).map_err(other),
            Deed::KeyvalueOpen => store::open("").map(|bucket| self.kept.push(Box::new(bucket))).map_err(other),
            Deed::Compute => {
                black_box(self.value.iter().map(|byte| u64::from(*byte)).sum::<u64>());
                Ok(())
            }
        }
    }

    fn changes(&self) -> Vec<Change> {
        let set = |at| Change { at, action: Action::Set(self.value.clone()) };
        addresses().into_iter().map(set).collect()
    }

    fn bucket(&self) -> &Bucket {
        self.bucket.as_ref().expect("it was opened for this deed")
    }
}

fn addresses() -> Vec<Address> {
    (0..KEYS).map(|key| Address { store: Store::Private, key: key.to_string() }).collect()
}

fn other(error: store::Error) -> Error {
    Error::Other(format!("{error:?}"))
}
