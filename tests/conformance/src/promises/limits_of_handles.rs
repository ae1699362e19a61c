//! As many readers and writers are open as `limits` says, and not one more; one that is closed makes room.

use crate::bindings::streams::{Reader, Writer};
use crate::bindings::types::{Error, Excess, Unit};
use crate::bindings::{storage, streams};
use crate::case::{Case, Checked, Stop};
use crate::check::{refused, some};
use crate::ground::Ground;
use crate::store::private;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("limits-of-handles/readers", |ground| allows_its_limit_and_no_more(ground, Handle::open)),
        Case::new("limits-of-handles/writers", |ground| allows_its_limit_and_no_more(ground, Handle::create)),
        Case::new("limits-of-handles/readers-and-writers-together", readers_and_writers_together),
        Case::new("limits-of-handles/finishing-makes-room", finishing_makes_room),
        Case::new("limits-of-handles/opening-nothing-takes-none", opening_nothing_takes_none),
    ]
}

/// One that is open until it is dropped.
#[derive(Debug)]
enum Handle {
    Reader { _open: Reader },
    Writer(Writer),
}

impl Handle {
    fn open() -> Result<Self, Stop> {
        Ok(Self::Reader { _open: some("open", streams::open(&private("key"))?)? })
    }

    fn create() -> Result<Self, Stop> {
        Ok(Self::Writer(streams::create(&private("new"), None, None)?))
    }
}

fn limit(ground: &Ground) -> Result<u32, Stop> {
    let limit = ground.limits.open_handles;
    ground.reach("handles", u64::from(limit) * 64 * 1024)?;
    storage::set("key", b"value")?;
    Ok(limit)
}

fn no_more(limit: u32) -> Checked {
    let excess =
        || Error::TooManyOpen(Excess { unit: Unit::Handles, limit: limit.into(), actual: u64::from(limit) + 1 });
    refused("one reader more", streams::open(&private("key")).map(drop), excess())?;
    refused("one writer more", streams::create(&private("new"), None, None).map(drop), excess())
}

fn allows_its_limit_and_no_more(ground: &Ground, open: fn() -> Result<Handle, Stop>) -> Checked {
    let limit = limit(ground)?;
    let mut handles = (0..limit).map(|_| open()).collect::<Result<Vec<_>, _>>()?;
    no_more(limit)?;
    // In place of one that is closed, again and again.
    for _ in 0..3 {
        handles.pop();
        handles.push(open()?);
        no_more(limit)?;
    }
    drop(handles);
    (0..limit).try_for_each(|_| open().map(drop))
}

fn readers_and_writers_together(ground: &Ground) -> Checked {
    let limit = limit(ground)?;
    let open = |number| if number % 2 == 0 { Handle::open() } else { Handle::create() };
    let _handles = (0..limit).map(open).collect::<Result<Vec<_>, _>>()?;
    no_more(limit)
}

fn finishing_makes_room(ground: &Ground) -> Checked {
    let limit = limit(ground)?;
    let mut handles = (0..limit).map(|_| Handle::create()).collect::<Result<Vec<_>, _>>()?;
    no_more(limit)?;
    if let Some(Handle::Writer(writer)) = handles.pop() {
        Writer::finish(writer)?;
    }
    handles.push(Handle::create()?);
    no_more(limit)
}

fn opening_nothing_takes_none(ground: &Ground) -> Checked {
    let limit = limit(ground)?;
    for _ in 0..=limit {
        streams::open(&private("missing"))?;
    }
    Handle::open().map(drop)
}
