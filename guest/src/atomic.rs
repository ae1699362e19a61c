//! Several keys at once, in either store: read as of one moment, changed all or none.
//!
//! ```
//! use larder::atomic;
//!
//! /// Moves coins from one purse to the other, unless that would leave less than none.
//! fn pay(from: &str, to: &str, coins: i64) -> Result<bool, larder::Error> {
//!     let Some(purse) = atomic::entry(from)? else { return Ok(false) };
//!     if purse.counter()? < coins {
//!         return Ok(false);
//!     }
//!     Ok(atomic::commit().check(from, &purse).add(from, -coins).add(to, coins).send()?.is_committed())
//! }
//!
//! atomic::increment("purse/ada", 10)?;
//! assert!(pay("purse/ada", "purse/bob", 7)?);
//! assert!(!pay("purse/ada", "purse/bob", 7)?);
//! assert_eq!(atomic::counter("purse/bob")?, 7);
//! # Ok::<(), larder::Error>(())
//! ```
//!
//! A key is one in the plugin's own store; [`Address::shared`] names one in the other.

use crate::{Address, Commit, Entry, Error, Expectation, Outcome, Version, host};

/// The value at a key with its version and how long it has to live, or none.
///
/// # Errors
///
/// [`Error::KeyTooLong`]; [`Error::AccessDenied`]; [`Error::Throttled`]; [`Error::Damaged`] and [`Error::Unavailable`] where
/// the store fails.
pub fn entry(at: impl Into<Address>) -> Result<Option<Entry>, Error> {
    Ok(host::atomic::get(&at.into())?.map(Entry::from))
}

/// The values at several keys as of one moment, in the order asked.
///
/// ```
/// use larder::{atomic, storage};
///
/// storage::set("width", "3")?;
/// storage::set("height", "4")?;
/// let found = atomic::get_many(["width", "height", "depth"])?;
/// let values: Vec<_> = found.iter().map(|entry| entry.as_ref().map(|entry| entry.value.as_slice())).collect();
/// assert_eq!(values, [Some(b"3".as_slice()), Some(b"4"), None]);
/// # Ok::<(), larder::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::BatchTooLarge`] where the keys, or the values found, are more than is allowed at once; otherwise as [`entry`].
pub fn get_many<A: Into<Address>>(at: impl IntoIterator<Item = A>) -> Result<Vec<Option<Entry>>, Error> {
    let at: Vec<Address> = at.into_iter().map(Into::into).collect();
    Ok(host::atomic::get_many(&at)?.into_iter().map(|entry| entry.map(Entry::from)).collect())
}

/// Begins a commit; [`Commit::send`] makes it.
///
/// ```
/// use larder::{Address, Outcome, atomic};
///
/// let register = |name: &str| {
///     atomic::commit()
///         .check_absent(format!("users/{name}"))
///         .set(format!("users/{name}"), "new")
///         .add("users", 1)
///         .send()
/// };
/// assert!(register("ada")?.is_committed());
/// assert_eq!(register("ada")?, Outcome::Conflict(0));
/// assert_eq!(atomic::counter("users")?, 1);
/// # Ok::<(), larder::Error>(())
/// ```
pub fn commit() -> Commit {
    Commit::new()
}

/// Adds to a counter, and gives the sum.
///
/// No count is ever lost, however many add at once. An absent key counts as zero; a counter that expires still does, at the
/// same time.
///
/// ```
/// # use larder::atomic;
/// assert_eq!(atomic::increment("visits", 1)?, 1);
/// assert_eq!(atomic::increment("visits", 2)?, 3);
/// # Ok::<(), larder::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::NotACounter`]; [`Error::KeyTooLong`] and [`Error::QuotaExceeded`] where a limit stands against it;
/// [`Error::AccessDenied`]; [`Error::Throttled`]; [`Error::Damaged`], [`Error::Unavailable`] and [`Error::OutcomeUnknown`]
/// where the store fails.
pub fn increment(at: impl Into<Address>, by: i64) -> Result<i64, Error> {
    Ok(host::atomic::increment(&at.into(), by)?)
}

/// What a counter has come to; zero where there is none.
///
/// # Errors
///
/// [`Error::NotACounter`]; otherwise as [`entry`].
pub fn counter(at: impl Into<Address>) -> Result<i64, Error> {
    entry(at)?.map_or(Ok(0), |entry| entry.counter())
}

/// Stores `value` where there is none yet, and says whether it did.
///
/// ```
/// # use larder::{atomic, storage};
/// assert!(atomic::set_if_absent("owner", "ada")?);
/// assert!(!atomic::set_if_absent("owner", "bob")?);
/// assert_eq!(storage::get("owner")?.as_deref(), Some(b"ada".as_slice()));
/// # Ok::<(), larder::Error>(())
/// ```
///
/// # Errors
///
/// As [`Commit::send`].
pub fn set_if_absent(at: impl Into<Address>, value: impl Into<Vec<u8>>) -> Result<bool, Error> {
    set_if(at, Expectation::Absent, value).map(Outcome::is_committed)
}

/// Stores `value` if the key is as expected: a compare-and-set, where that is a version or what was read.
///
/// ```
/// # use larder::{Outcome, atomic, storage};
/// let before = atomic::entry("colour")?;
/// storage::set("colour", "green")?;
/// assert_eq!(atomic::set_if("colour", &before, "blue")?, Outcome::Conflict(0));
/// # Ok::<(), larder::Error>(())
/// ```
///
/// # Errors
///
/// As [`Commit::send`].
pub fn set_if(
    at: impl Into<Address>,
    expect: impl Into<Expectation>,
    value: impl Into<Vec<u8>>,
) -> Result<Outcome, Error> {
    let at = at.into();
    commit().check(&at, expect).set(at, value).send()
}

/// Runs `attempt` until its commit is made, at most so many times (0 means 1), and gives the version of what it wrote.
///
/// The attempt reads again each time; so what it writes follows from what is there.
///
/// ```
/// use larder::atomic;
///
/// fn append_line(key: &str, line: &str) -> Result<(), larder::Error> {
///     atomic::retry(10, || {
///         let before = atomic::entry(key)?;
///         let mut text = before.as_ref().map_or(Vec::new(), |entry| entry.value.clone());
///         text.extend_from_slice(line.as_bytes());
///         text.push(b'\n');
///         atomic::set_if(key, &before, text)
///     })?;
///     Ok(())
/// }
/// # append_line("log", "one")?;
/// # append_line("log", "two")?;
/// # assert_eq!(larder::storage::get("log")?.as_deref(), Some(b"one\ntwo\n".as_slice()));
/// # Ok::<(), larder::Error>(())
/// ```
///
/// There is no waiting between two tries: a conflict means that another commit was made meanwhile, not that one is under
/// way.
///
/// # Errors
///
/// [`Error::Conflict`] where the last try was in conflict too; the first error of `attempt`, which is not run again then.
pub fn retry<E: From<Error>>(tries: u32, mut attempt: impl FnMut() -> Result<Outcome, E>) -> Result<Version, E> {
    let tries = tries.max(1);
    for _ in 0..tries {
        if let Outcome::Committed(version) = attempt()? {
            return Ok(version);
        }
    }
    Err(Error::Conflict { tries }.into())
}
