use std::fmt;

use crate::atomic::Expectation;
use crate::engine::{BatchOutcome, Body, Change, Check, LARGE_BYTES, LargeWriter, Place, Put};
use crate::error::{Error, Excess, Fault, Unit};
use crate::expiry::Expiry;
use crate::reservation::Reservation;
use crate::scope::{OpenHandles, Scope, Writes};
use crate::sync::{Arc, block_on};
use crate::version::Version;

/// A value being written. Dropped without [`Writer::finish`], it never was.
pub struct Writer {
    scope: Arc<Scope>,
    at: Place,
    expect: Option<Expectation>,
    expiry: Expiry,
    written: Written,
    bytes: u64,
    reservation: Arc<Reservation>,
    _handles: OpenHandles,
}

/// Where the bytes are that were written so far.
enum Written {
    Memory(Vec<u8>),
    File(Box<dyn LargeWriter>),
    /// Writing them failed, or was not waited for.
    Broken,
}

impl Writer {
    pub(crate) fn new(
        scope: Arc<Scope>,
        at: Place,
        expect: Option<Expectation>,
        expiry: Expiry,
        handles: OpenHandles,
    ) -> Self {
        let reservation = Reservation::new(scope.workspace.reservations().clone(), at.store.clone());
        let written = Written::Memory(Vec::new());
        Self { scope, at, expect, expiry, written, bytes: 0, reservation, _handles: handles }
    }

    /// Appends at most a chunk, as [`Limits::chunk_bytes`](crate::Limits::chunk_bytes) allows.
    ///
    /// What is refused is not appended, and the writer can go on. One whose disk failed cannot.
    ///
    /// # Errors
    ///
    /// [`Error::BatchTooLarge`] for a larger chunk, [`Error::ValueTooLarge`] and [`Error::QuotaExceeded`] for all that was
    /// written so far together; [`Error::AccessDenied`] in a larder that was opened for reading; [`Error::Unavailable`].
    pub async fn write(&mut self, bytes: impl Into<Vec<u8>>) -> Result<(), Error> {
        self.scope.check_call()?;
        let bytes = bytes.into();
        let (limit, actual) = (u64::from(self.scope.limits.chunk_bytes), bytes.len() as u64);
        if actual > limit {
            return Err(Error::BatchTooLarge(Excess { unit: Unit::Bytes, limit, actual }));
        }
        let total = self.bytes.saturating_add(actual);
        self.scope.check_value(total)?;
        if let Written::Broken = self.written {
            return Err(broken());
        }
        self.scope.reserve(&self.reservation, &self.at, total).await?;
        self.append(bytes, total).await?;
        self.bytes = total;
        Ok(())
    }

    /// Makes the value visible and durable if the expectation holds; none as the answer says that it did not.
    ///
    /// # Errors
    ///
    /// [`Error::QuotaExceeded`], [`Error::Damaged`] where the expectation meets a damaged value, [`Error::Unavailable`],
    /// [`Error::OutcomeUnknown`].
    pub async fn finish(self) -> Result<Option<Version>, Error> {
        let Self { scope, at, expect, expiry, written, reservation, _handles, .. } = self;
        let body = match written {
            Written::Memory(bytes) => Body::Small(bytes),
            Written::File(large) => Body::Large(scope.workspace.run(move || block_on(large.finish())).await?),
            Written::Broken => return Err(broken()),
        };
        let checks = expect.map(|expect| Check { at: at.clone(), expect }).into_iter().collect();
        let version = scope.promised_version().await?;
        let put = Put { body, expiry, version };
        let reservations = match &put.body {
            // From here on the call itself counts it.
            Body::Small(_) if scope.call.is_some() => {
                drop(reservation);
                Vec::new()
            }
            _ => vec![reservation],
        };
        let writes = Writes { changes: vec![Change::Put { at, put }], reservations };
        Ok(match scope.make(checks, writes).await? {
            BatchOutcome::Committed(committed) => Some(version.unwrap_or(committed.version)),
            BatchOutcome::Conflict(_) => None,
        })
    }

    async fn append(&mut self, bytes: Vec<u8>, total: u64) -> Result<(), Error> {
        let (mut file, earlier) = match std::mem::replace(&mut self.written, Written::Broken) {
            Written::Memory(mut all) if total < LARGE_BYTES => {
                all.extend_from_slice(&bytes);
                self.written = Written::Memory(all);
                return Ok(());
            }
            Written::Memory(earlier) => match self.scope.workspace.write_large().await {
                Ok(file) => (file, earlier),
                Err(error) => {
                    self.written = Written::Memory(earlier);
                    return Err(error);
                }
            },
            Written::File(file) => (file, Vec::new()),
            Written::Broken => return Err(broken()),
        };
        let file = self.scope.workspace.run(move || {
            block_on(file.write(&earlier))?;
            block_on(file.write(&bytes))?;
            Ok(file)
        });
        self.written = Written::File(file.await?);
        Ok(())
    }
}

fn broken() -> Error {
    Error::Unavailable(Fault::Engine("writing an earlier chunk failed".to_owned()))
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}
