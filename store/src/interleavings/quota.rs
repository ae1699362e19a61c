//! Quotas and what is kept free: what is held is never more than may be, and room is given back.

use super::{Broken, Verdict, at_once, begin_and_leave, check, explore, finds, larder, limited};
use crate::address::Address;
use crate::error::Error;
use crate::limits::Limits;
use crate::sync::{block_on, thread};

/// What a key of one byte takes beside its value.
const KEY: u64 = 65;
const QUOTA: u64 = 2 * KEY + 20;

fn limits() -> Limits {
    Limits { store_bytes: QUOTA, workspace_bytes: QUOTA, ..Limits::default() }
}

fn raced_for(broken: Broken) -> Verdict {
    let (larder, engine) = larder(broken, 8);
    let stored = at_once(["a", "b", "c"].map(|key| {
        let session = limited(&larder, "w", key, limits());
        move || block_on(session.set(key, vec![0; 10]))
    }));
    // There is room for two.
    check(stored.iter().filter(|stored| stored.is_ok()).count() == 2, &stored)?;
    check(stored.iter().all(|stored| matches!(stored, Ok(()) | Err(Error::QuotaExceeded(_)))), &stored)?;
    check(engine.most_held() <= QUOTA, engine.most_held())
}

#[test]
fn the_last_room_is_given_once() {
    explore(|| raced_for(Broken::Nothing));
    finds("a quota that is checked elsewhere", || raced_for(Broken::Quota));
}

fn kept_free(broken: Broken) -> Verdict {
    let (larder, engine) = larder(broken, 8);
    let writing = limited(&larder, "w", "p", limits());
    let writer = thread::spawn(move || {
        let mut writer = block_on(writing.create(Address::private("a"), None, None)).unwrap();
        if let Err(error) = block_on(writer.write(vec![0; 20])) {
            return check(matches!(error, Error::QuotaExceeded(_)), error);
        }
        // All of it was kept free.
        block_on(writer.finish()).map(|_| ()).map_err(|error| error.to_string())
    });
    let beside = limited(&larder, "w", "q", limits());
    for key in ["b", "c"] {
        let set = block_on(beside.set(key, vec![0; 10]));
        check(matches!(set, Ok(()) | Err(Error::QuotaExceeded(_))), set)?;
    }
    writer.join().unwrap()?;
    check(engine.most_held() <= QUOTA, engine.most_held())
}

#[test]
fn what_a_writer_was_promised_is_kept_free_for_it() {
    explore(|| kept_free(Broken::Nothing));
    finds("room that is not kept free", || kept_free(Broken::Reserved));
}

fn given_back() -> Verdict {
    let (larder, _) = larder(Broken::Nothing, 8);
    let writing = limited(&larder, "w", "p", limits());
    at_once(["a", "b"].map(|key| {
        let session = writing.again();
        move || {
            let mut writer = block_on(session.create(Address::private(key), None, None)).unwrap();
            begin_and_leave(writer.write(vec![0; 5]));
        }
    }));
    // Comes after what was begun.
    block_on(writing.delete("none")).unwrap();
    block_on(writing.set("k", vec![0; (QUOTA - KEY) as usize])).map_err(|error| error.to_string())
}

#[test]
fn room_is_given_back_also_by_those_who_left() {
    explore(given_back);
}
