//! Keeping room free for values that are still being written.

use super::Workspace;
use crate::engine::{Absent, Quota};
use crate::error::Error;
use crate::reservation::Request;
use crate::sync::{Arc, block_on};
use crate::usage::Held;

impl Workspace {
    pub(super) fn reserve_here(
        self: &Arc<Self>,
        Request { reservation, at, value_bytes, quota }: &Request,
    ) -> Result<(), Error> {
        let open = self.open_here(Absent::Leave)?;
        let now = self.now();
        let (held, all, old) = match open {
            Some(open) => {
                let view = block_on(open.view())?;
                let old = match block_on(view.look(&at.store, &at.key, now)) {
                    // What is damaged may be replaced.
                    Err(Error::Damaged) => None,
                    looked => looked?,
                };
                let old = old.map_or_else(Held::default, |stamp| Held::of(&at.key, stamp.bytes));
                (block_on(view.held(&at.store, now))?, block_on(view.held_by_all(now))?, old)
            }
            None => Default::default(),
        };
        let after = held.minus(old).plus(Held::of(&at.key, *value_bytes));
        let quota = Quota { reserved: reservation.others(), ..quota.clone() };
        quota.check(&at.store, held, after, all)?;
        reservation.set(after.bytes.saturating_sub(held.bytes));
        Ok(())
    }
}
