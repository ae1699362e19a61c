//! What `storage` and `shared` have in common, which is everything: the same calls, to another store.

/// The calls of one store, `host::storage` or `host::shared`.
///
/// Each names its import, and nothing else does: so a plugin imports no store, and no call, that it does not use.
macro_rules! store {
    ($store:ident) => {
        /// Stores `value` at `key`, replacing what was there, its expiry included.
        ///
        /// When it returns, the value is durable.
        ///
        /// # Errors
        ///
        /// [`Error::KeyTooLong`], [`Error::ValueTooLarge`] and [`Error::QuotaExceeded`] where a limit stands against it;
        /// [`Error::AccessDenied`]; [`Error::Throttled`]; [`Error::Unavailable`] and [`Error::OutcomeUnknown`] where the
        /// store fails.
        pub fn set(key: impl AsRef<str>, value: impl AsRef<[u8]>) -> Result<(), Error> {
            Ok(host::$store::set(key.as_ref(), value.as_ref())?)
        }

        /// As [`set`], but the value is gone so long from now, in whole milliseconds.
        ///
        /// Zero is at once, and past the end of time is never. From then on no call sees it, and nothing counts it.
        ///
        /// # Errors
        ///
        /// As [`set`].
        pub fn set_expiring(key: impl AsRef<str>, value: impl AsRef<[u8]>, expires_in: Duration) -> Result<(), Error> {
            Ok(host::$store::set_expiring(key.as_ref(), value.as_ref(), expiry::to_ms(expires_in))?)
        }

        /// The value at `key`, or none.
        ///
        /// # Errors
        ///
        /// [`Error::KeyTooLong`]; [`Error::AccessDenied`]; [`Error::Throttled`]; [`Error::Damaged`] and
        /// [`Error::Unavailable`] where the store fails.
        pub fn get(key: impl AsRef<str>) -> Result<Option<Vec<u8>>, Error> {
            Ok(host::$store::get(key.as_ref())?)
        }

        /// Removes `key` and its value; succeeds where there is none.
        ///
        /// # Errors
        ///
        /// [`Error::KeyTooLong`]; [`Error::AccessDenied`]; [`Error::Throttled`]; [`Error::Unavailable`] and
        /// [`Error::OutcomeUnknown`] where the store fails.
        pub fn delete(key: impl AsRef<str>) -> Result<(), Error> {
            Ok(host::$store::delete(key.as_ref())?)
        }

        /// Removes every key that starts with `prefix`, all or none, and says how many there were.
        ///
        /// An empty prefix empties the store, however large it is.
        ///
        /// # Errors
        ///
        /// [`Error::BatchTooLarge`] where there are more keys than the host allows at once, with their count; otherwise as
        /// [`delete`].
        pub fn delete_prefix(prefix: impl AsRef<str>) -> Result<u64, Error> {
            Ok(host::$store::delete_prefix(prefix.as_ref())?)
        }

        /// Whether `key` has a value.
        ///
        /// # Errors
        ///
        /// [`Error::KeyTooLong`]; [`Error::AccessDenied`]; [`Error::Throttled`]; [`Error::Unavailable`] where the store
        /// fails.
        pub fn exists(key: impl AsRef<str>) -> Result<bool, Error> {
            Ok(host::$store::exists(key.as_ref())?)
        }

        /// One page of the keys that start with `prefix` and come after `after`, in byte order.
        ///
        /// It has at most `most` keys, cut to what [`limits`] allows; 0 means 1. What it gives as `next` is what to pass as
        /// `after` for the page that follows. [`list`] does that by itself.
        ///
        /// # Errors
        ///
        /// As [`exists`]; [`Error::KeyTooLong`] also for the prefix or the position.
        pub fn keys(prefix: impl AsRef<str>, after: Option<&str>, most: u32) -> Result<KeyPage, Error> {
            Ok(host::$store::keys(prefix.as_ref(), after, most)?)
        }

        /// As [`keys`], with the values.
        ///
        /// A page ends early where its bytes would pass what [`limits`] allows in a batch, but holds at least one item if
        /// any is left, however large. [`list_items`] goes on from page to page by itself.
        ///
        /// # Errors
        ///
        /// As [`keys`]; [`Error::Damaged`] where one of the values is.
        pub fn items(prefix: impl AsRef<str>, after: Option<&str>, most: u32) -> Result<ItemPage, Error> {
            Ok(host::$store::items(prefix.as_ref(), after, most)?)
        }

        /// All keys that start with `prefix`, in byte order, fetched a page at a time.
        ///
        /// Every key that is there from the first to the last step is met once; one that comes or goes meanwhile may or may
        /// not be. The steps fail as [`keys`] does.
        pub fn list(prefix: impl Into<String>) -> List<String> {
            List::new(prefix.into(), |prefix, after| {
                let page = keys(prefix, after, u32::MAX)?;
                Ok((page.keys, page.next))
            })
        }

        /// As [`list`], with the values. The steps fail as [`items`] does.
        pub fn list_items(prefix: impl Into<String>) -> List<Item> {
            List::new(prefix.into(), |prefix, after| {
                let page = items(prefix, after, u32::MAX)?;
                Ok((page.items, page.next))
            })
        }

        /// What the store holds, and what it may hold by its own quota.
        ///
        /// Counted are the bytes of each key and its value, and 64 bytes a key.
        ///
        /// # Errors
        ///
        /// [`Error::AccessDenied`]; [`Error::Throttled`]; [`Error::Unavailable`] where the store fails.
        pub fn usage() -> Result<StoreUsage, Error> {
            Ok(host::$store::usage()?)
        }

        /// What one call may carry.
        pub fn limits() -> StoreLimits {
            host::$store::limits()
        }

        /// Stores a value of any type as JSON; otherwise as [`set`].
        ///
        /// # Errors
        ///
        /// As [`set`]; [`Error::Json`] where the value has no form in JSON.
        #[cfg(feature = "serde")]
        pub fn set_json(key: impl AsRef<str>, value: &(impl serde::Serialize + ?Sized)) -> Result<(), Error> {
            set(key, crate::json::encode(value)?)
        }

        /// The value at `key`, taken from JSON, or none.
        ///
        /// # Errors
        ///
        /// As [`get`]; [`Error::Json`] where what is there is not JSON of this type.
        #[cfg(feature = "serde")]
        pub fn get_json<T: serde::de::DeserializeOwned>(key: impl AsRef<str>) -> Result<Option<T>, Error> {
            get(key)?.map(|bytes| crate::json::decode(&bytes)).transpose()
        }
    };
}

pub(crate) use store;
