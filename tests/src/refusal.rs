use larder_host::bindings::types::{Error, Excess, Unit};

/// Which limit refused a call, and its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The key, prefix or position.
    Key(Numbers),
    /// The value.
    Value(Numbers),
    /// Bytes of the store or its workspace.
    Bytes(Numbers),
    /// Keys of the store.
    Keys(Numbers),
    /// Bytes of one call or its answer.
    BatchBytes(Numbers),
    /// Items of one call or its answer.
    BatchItems(Numbers),
    /// Readers and writers.
    Open(Numbers),
}

/// What is allowed, and what was asked for.
type Numbers = (u64, u64);

/// The refusal in an answer.
///
/// # Panics
///
/// Where the answer is another one.
pub fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::KeyTooLong(Excess { unit: Unit::Bytes, limit, actual })) => Refusal::Key((limit, actual)),
        Err(Error::ValueTooLarge(Excess { unit: Unit::Bytes, limit, actual })) => Refusal::Value((limit, actual)),
        Err(Error::QuotaExceeded(Excess { unit: Unit::Bytes, limit, actual })) => Refusal::Bytes((limit, actual)),
        Err(Error::QuotaExceeded(Excess { unit: Unit::Items, limit, actual })) => Refusal::Keys((limit, actual)),
        Err(Error::BatchTooLarge(Excess { unit: Unit::Bytes, limit, actual })) => Refusal::BatchBytes((limit, actual)),
        Err(Error::BatchTooLarge(Excess { unit: Unit::Items, limit, actual })) => Refusal::BatchItems((limit, actual)),
        Err(Error::TooManyOpen(Excess { unit: Unit::Handles, limit, actual })) => Refusal::Open((limit, actual)),
        other => panic!("not refused by a limit: {other:?}"),
    }
}
