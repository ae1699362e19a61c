//! Passes each call that it gets on to its host, and the answer back.

use exports::larder::storage::{
    atomic as atomic_exports, shared as shared_exports, storage as storage_exports, streams as streams_exports,
};
use larder::storage::types::{Address, Error, Expectation, ItemPage, KeyPage, StoreLimits, StoreUsage, Version};
use larder::storage::{atomic, shared, storage, streams};

wit_bindgen::generate!({
    path: ["../../../wit", "wit"],
    world: "tests:relay/plugin",
    generate_all,
});

struct Relay;

export!(Relay);

macro_rules! pass_on {
    ($interface:ident for $exports:ident) => {
        impl $exports::Guest for Relay {
            fn set(key: String, value: Vec<u8>) -> Result<(), Error> {
                $interface::set(&key, &value)
            }

            fn get(key: String) -> Result<Option<Vec<u8>>, Error> {
                $interface::get(&key)
            }

            fn delete(key: String) -> Result<(), Error> {
                $interface::delete(&key)
            }

            fn exists(key: String) -> Result<bool, Error> {
                $interface::exists(&key)
            }

            fn set_expiring(key: String, value: Vec<u8>, expires_in_ms: u64) -> Result<(), Error> {
                $interface::set_expiring(&key, &value, expires_in_ms)
            }

            fn keys(prefix: String, after: Option<String>, most: u32) -> Result<KeyPage, Error> {
                $interface::keys(&prefix, after.as_deref(), most)
            }

            fn items(prefix: String, after: Option<String>, most: u32) -> Result<ItemPage, Error> {
                $interface::items(&prefix, after.as_deref(), most)
            }

            fn delete_prefix(prefix: String) -> Result<u64, Error> {
                $interface::delete_prefix(&prefix)
            }

            fn usage() -> Result<StoreUsage, Error> {
                $interface::usage()
            }

            fn limits() -> StoreLimits {
                $interface::limits()
            }
        }
    };
}

pass_on!(storage for storage_exports);
pass_on!(shared for shared_exports);

impl atomic_exports::Guest for Relay {
    fn get(at: Address) -> Result<Option<atomic_exports::Entry>, Error> {
        Ok(atomic::get(&at)?.map(Into::into))
    }

    fn get_many(at: Vec<Address>) -> Result<Vec<Option<atomic_exports::Entry>>, Error> {
        Ok(atomic::get_many(&at)?.into_iter().map(|entry| entry.map(Into::into)).collect())
    }

    fn commit(
        checks: Vec<atomic_exports::Check>,
        changes: Vec<atomic_exports::Change>,
    ) -> Result<atomic_exports::Outcome, Error> {
        let checks: Vec<_> = checks.into_iter().map(Into::into).collect();
        let changes: Vec<_> = changes.into_iter().map(Into::into).collect();
        Ok(atomic::commit(&checks, &changes)?.into())
    }

    fn increment(at: Address, by: i64) -> Result<i64, Error> {
        atomic::increment(&at, by)
    }
}

impl From<atomic::Entry> for atomic_exports::Entry {
    fn from(atomic::Entry { value, version, expires_in_ms }: atomic::Entry) -> Self {
        Self { value, version, expires_in_ms }
    }
}

impl From<atomic_exports::Check> for atomic::Check {
    fn from(atomic_exports::Check { at, expect }: atomic_exports::Check) -> Self {
        Self { at, expect }
    }
}

impl From<atomic_exports::Change> for atomic::Change {
    fn from(atomic_exports::Change { at, action }: atomic_exports::Change) -> Self {
        Self { at, action: action.into() }
    }
}

impl From<atomic_exports::Action> for atomic::Action {
    fn from(action: atomic_exports::Action) -> Self {
        use atomic_exports::{Action, Expiring};
        match action {
            Action::Set(value) => Self::Set(value),
            Action::SetExpiring(Expiring { value, expires_in_ms }) => {
                Self::SetExpiring(atomic::Expiring { value, expires_in_ms })
            }
            Action::Delete => Self::Delete,
            Action::Add(by) => Self::Add(by),
        }
    }
}

impl From<atomic::Outcome> for atomic_exports::Outcome {
    fn from(outcome: atomic::Outcome) -> Self {
        match outcome {
            atomic::Outcome::Committed(version) => Self::Committed(version),
            atomic::Outcome::Conflict(check) => Self::Conflict(check),
        }
    }
}

impl streams_exports::Guest for Relay {
    type Reader = streams::Reader;
    type Writer = streams::Writer;

    fn open(at: Address) -> Result<Option<streams_exports::Reader>, Error> {
        Ok(streams::open(&at)?.map(streams_exports::Reader::new))
    }

    fn create(
        at: Address,
        expect: Option<Expectation>,
        expires_in_ms: Option<u64>,
    ) -> Result<streams_exports::Writer, Error> {
        Ok(streams_exports::Writer::new(streams::create(&at, expect, expires_in_ms)?))
    }
}

impl streams_exports::GuestReader for streams::Reader {
    fn size(&self) -> u64 {
        streams::Reader::size(self)
    }

    fn version(&self) -> Version {
        streams::Reader::version(self)
    }

    fn read(&self, offset: u64, most: u32) -> Result<Vec<u8>, Error> {
        streams::Reader::read(self, offset, most)
    }
}

impl streams_exports::GuestWriter for streams::Writer {
    fn write(&self, bytes: Vec<u8>) -> Result<(), Error> {
        streams::Writer::write(self, &bytes)
    }

    fn finish(this: streams_exports::Writer) -> Result<Option<Version>, Error> {
        streams::Writer::finish(this.into_inner())
    }
}
