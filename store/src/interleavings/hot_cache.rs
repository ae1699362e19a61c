//! Readers that keep what they read, beside somebody who writes it.

use super::{Broken, Verdict, check, explore, finds, larder, session};
use crate::sync::{block_on, thread};

fn read_beside_a_writer(broken: Broken) -> Verdict {
    let (larder, _) = larder(broken, 8);
    let (reading, writing) = (session(&larder, "w", "p"), session(&larder, "w", "p"));
    block_on(writing.set("k", "old")).unwrap();
    let reader = thread::spawn(move || [(); 2].map(|()| block_on(reading.get("k")).unwrap().unwrap()));
    block_on(writing.set("k", "new")).unwrap();
    let answered = block_on(writing.get("k")).unwrap();
    let read = reader.join().unwrap();
    check(read != [b"new", b"old"], "what was seen once is gone again")?;
    check(answered.as_deref() == Some(b"new"), answered)?;
    let kept = block_on(writing.get("k")).unwrap();
    check(kept.as_deref() == Some(b"new"), kept)
}

#[test]
fn what_is_kept_is_what_was_committed_last() {
    explore(|| read_beside_a_writer(Broken::Nothing));
    finds("an older state that says it is the newest", || read_beside_a_writer(Broken::CommitNumber));
}
