use std::fmt::Debug;

/// The answers of both, as text that can be compared.
pub fn both<T: Debug, U: Debug>(ours: Result<T, larder::Error>, theirs: Result<U, larder_store::Error>) -> [String; 2] {
    let ours = match ours {
        Ok(answer) => format!("Ok {answer:?}"),
        Err(larder::Error::KeyTooLong(excess)) => format!("KeyTooLong {excess}"),
        Err(larder::Error::ValueTooLarge(excess)) => format!("ValueTooLarge {excess}"),
        Err(larder::Error::BatchTooLarge(excess)) => format!("BatchTooLarge {excess}"),
        Err(larder::Error::QuotaExceeded(excess)) => format!("QuotaExceeded {excess}"),
        Err(larder::Error::TooManyOpen(excess)) => format!("TooManyOpen {excess}"),
        Err(error) => format!("{error:?}"),
    };
    let theirs = match theirs {
        Ok(answer) => format!("Ok {answer:?}"),
        Err(larder_store::Error::KeyTooLong(excess)) => format!("KeyTooLong {excess}"),
        Err(larder_store::Error::ValueTooLarge(excess)) => format!("ValueTooLarge {excess}"),
        Err(larder_store::Error::BatchTooLarge(excess)) => format!("BatchTooLarge {excess}"),
        Err(larder_store::Error::QuotaExceeded(excess)) => format!("QuotaExceeded {excess}"),
        Err(larder_store::Error::TooManyOpen(excess)) => format!("TooManyOpen {excess}"),
        Err(error) => format!("{error:?}"),
    };
    [ours, theirs]
}
