use super::cas::as_it_is;
use crate::address::Address;
use crate::atomic::{Action, Change, Check, Entry, Outcome};
use crate::error::Error;
use crate::session::Session;

/// Adds to a counter for an interface that knows no sign, and gives the sum.
///
/// A sum that such an interface cannot tell is refused beforehand, as a refusal changes nothing: so the value is read first,
/// and added to only if it is still the same.
pub(super) async fn increment_unsigned(session: &Session, at: Address<'_>, by: u64) -> Result<u64, Error> {
    loop {
        let entry = session.entry(at).await?;
        let (by, sum) = added(entry.as_ref(), by).ok_or(Error::NotACounter)?;
        let check = Check { at, expect: as_it_is(entry.as_ref()) };
        let outcome = session.apply(&[check], vec![Change { at, action: Action::Add(by) }]).await?;
        if let Outcome::Committed(_) = outcome {
            return Ok(sum);
        }
    }
}

/// What to add, and what that makes; none where a counter or the interface cannot hold it.
fn added(entry: Option<&Entry>, by: u64) -> Option<(i64, u64)> {
    let held = match entry {
        Some(entry) => i64::from_le_bytes(entry.value.as_slice().try_into().ok()?),
        None => 0,
    };
    let by = i64::try_from(by).ok()?;
    let sum = u64::try_from(held.checked_add(by)?).ok()?;
    Some((by, sum))
}

#[cfg(test)]
mod tests {
    use crate::larder::Larder;
    use crate::limits::Limits;
    use crate::sync::block_on;

    use super::*;

    #[test]
    fn a_sum_is_told_and_what_has_none_is_refused_and_left() {
        let session = Larder::in_memory(Default::default()).session(
            &"w".parse().expect("a name"),
            &"p".parse().expect("a name"),
            Limits::default(),
        );
        let at = Address::private("count");
        let add = |by| block_on(increment_unsigned(&session, at, by));
        assert!(matches!((add(2), add(3)), (Ok(2), Ok(5))));
        assert!(matches!(add(u64::MAX), Err(Error::NotACounter)));
        let count = block_on(session.get("count")).expect("it is there");
        assert_eq!(count.as_deref(), Some(5_i64.to_le_bytes().as_slice()));
    }
}
