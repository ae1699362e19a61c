//! More workspaces in use than can be open: none is open twice, none is closed under its users, nothing is lost.

use super::{Broken, Verdict, at_once, check, explore, finds, larder, open, session};
use crate::sync::{block_on, thread};

const WORKSPACES: [&str; 2] = ["v", "w"];

fn used_in_turn() -> Verdict {
    let (larder, engine) = larder(Broken::Nothing, 1);
    let used = at_once((0..3).map(|number: usize| {
        let sessions = WORKSPACES.map(|workspace| session(&larder, workspace, "p"));
        move || {
            let key = number.to_string();
            for turn in 0..2 {
                let session = &sessions[(number + turn) % 2];
                block_on(session.set(&key, &key[..])).unwrap();
                let value = block_on(session.get(&key)).unwrap();
                check(value.as_deref() == Some(key.as_bytes()), value)?;
            }
            Ok(())
        }
    }));
    used.into_iter().collect::<Verdict>()?;
    check(engine.open_now() <= 1, engine.open_now())?;
    for workspace in WORKSPACES {
        let usage = block_on(session(&larder, workspace, "p").private().usage()).unwrap();
        check(usage.keys == 3, usage)?;
    }
    block_on(larder.close()).map_err(|error| error.to_string())
}

#[test]
fn each_is_open_once_at_most_and_nothing_is_lost() {
    explore(used_in_turn);
}

#[test]
fn one_that_is_open_twice_is_found() {
    finds("two larders on one engine", || {
        let (one, engine) = larder(Broken::Nothing, 8);
        let larders = [one, open(&engine, 8)];
        let sessions = larders.each_ref().map(|larder| session(larder, "w", "p"));
        at_once(sessions.map(|session| move || block_on(session.set("k", "v")).unwrap()));
        Ok(())
    });
}

fn deleted_beneath() -> Verdict {
    let (larder, _) = larder(Broken::Nothing, 1);
    let writing = session(&larder, "w", "p");
    let writer = thread::spawn(move || {
        for key in ["a", "b"] {
            block_on(writing.set(key, "v")).unwrap();
        }
    });
    block_on(larder.delete_workspace(&"w".parse().unwrap())).unwrap();
    writer.join().unwrap();
    let session = session(&larder, "w", "p");
    let [a, b] = ["a", "b"].map(|key| block_on(session.get(key)).unwrap().is_some());
    check(b || !a, "what was written first stayed, and what was written after it went")?;
    let usage = block_on(session.private().usage()).unwrap();
    check(usage.keys == u64::from(a) + u64::from(b), usage)
}

#[test]
fn what_is_written_while_a_workspace_is_deleted_goes_with_it_or_is_in_a_new_one() {
    explore(deleted_beneath);
}
