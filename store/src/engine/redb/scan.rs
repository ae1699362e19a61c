//! Reading a table around what is damaged in it.

use std::ops::Bound;

use redb::ReadOnlyTable;

use super::signposts::Signposts;
use super::trouble::contain;
use crate::error::Error;

pub(super) type Rows = ReadOnlyTable<&'static [u8], &'static [u8]>;

type Show<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> Result<(), Error>;

/// How often it is tried in vain to read on, before the rest of a table is given up.
const ATTEMPTS: u32 = 4096;

/// Shows every row of a table that can be read, once, though not all in order; says whether that was all.
///
/// # Errors
///
/// Those of `show`.
pub(super) fn scan(
    table: &Rows,
    signposts: &Signposts,
    mut show: impl FnMut(&[u8], &[u8]) -> Result<(), Error>,
) -> Result<bool, Error> {
    let mut scan = Scan { table, signposts, show: &mut show, attempts: ATTEMPTS };
    scan.part(Bound::Unbounded, None)
}

struct Scan<'a> {
    table: &'a Rows,
    signposts: &'a Signposts<'a>,
    show: Show<'a>,
    attempts: u32,
}

#[derive(Clone, Copy)]
enum End {
    Front,
    Back,
}

/// How far one end has come.
enum Reached {
    TheOther,
    /// The last key that was shown, if any.
    Key(Option<Vec<u8>>),
}

impl Scan<'_> {
    /// Shows what is above `low` and below `high`, from both ends; what is left between them in two parts.
    fn part(&mut self, low: Bound<Vec<u8>>, high: Option<Vec<u8>>) -> Result<bool, Error> {
        let Reached::Key(front) = self.walk(End::Front, &low, high.as_ref())? else { return Ok(true) };
        let in_vain = front.is_none();
        let low = front.map_or(low, Bound::Excluded);
        let Reached::Key(back) = self.walk(End::Back, &low, high.as_ref())? else { return Ok(true) };
        if in_vain && back.is_none() {
            self.attempts = self.attempts.saturating_sub(1);
        }
        let high = back.or(high);
        let above = match &low {
            Bound::Unbounded => None,
            Bound::Included(key) | Bound::Excluded(key) => Some(key.as_slice()),
        };
        if let Some(middle) = self.signposts.between(above, high.as_deref()).filter(|_| self.attempts > 0) {
            self.part(low, Some(middle.to_vec()))?;
            self.part(Bound::Included(middle.to_vec()), high)?;
        }
        Ok(false)
    }

    fn walk(&mut self, end: End, low: &Bound<Vec<u8>>, high: Option<&Vec<u8>>) -> Result<Reached, Error> {
        let bounds =
            (low.as_ref().map(Vec::as_slice), high.map_or(Bound::Unbounded, |high| Bound::Excluded(high.as_slice())));
        let mut last: Option<Vec<u8>> = None;
        let Ok(mut range) = contain(|| Ok(self.table.range::<&[u8]>(bounds)?)) else { return Ok(Reached::Key(last)) };
        loop {
            let row = contain(|| {
                let row = match end {
                    End::Front => range.next(),
                    End::Back => range.next_back(),
                };
                Ok(row.transpose()?.map(|(key, value)| (key.value().to_vec(), value.value().to_vec())))
            });
            let (key, value) = match row {
                Ok(Some(row)) => row,
                Ok(None) => return Ok(Reached::TheOther),
                Err(_) => return Ok(Reached::Key(last)),
            };
            let in_order = last.as_ref().is_none_or(|last| match end {
                End::Front => key > *last,
                End::Back => key < *last,
            });
            // Else pages that lead back to themselves would be walked for ever.
            if !in_order || !is_within(&key, bounds) {
                return Ok(Reached::Key(last));
            }
            (self.show)(&key, &value)?;
            last = Some(key);
        }
    }
}

fn is_within(key: &[u8], (low, high): (Bound<&[u8]>, Bound<&[u8]>)) -> bool {
    let above = match low {
        Bound::Included(low) => key >= low,
        Bound::Excluded(low) => key > low,
        Bound::Unbounded => true,
    };
    above && !matches!(high, Bound::Excluded(high) if key >= high)
}
