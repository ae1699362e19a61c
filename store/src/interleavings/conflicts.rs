//! Sessions that change the same keys: no update is lost, and no call sees a mixture.

use super::{Broken, Verdict, at_once, check, explore, finds, larder, session};
use crate::address::Address;
use crate::atomic::{Action, Change, Check, Expectation, Outcome};
use crate::commit::Commit;
use crate::error::Error;
use crate::session::Session;
use crate::sync::{block_on, thread};

const COUNT: Address = Address { store: crate::address::Store::Private, key: "count" };

/// Adds one by reading, and writing if what was read is unchanged.
fn add_one(session: &Session) {
    loop {
        let entry = block_on(session.entry(COUNT)).unwrap();
        let (count, expect) = match entry {
            Some(entry) => (entry.value[0], Expectation::Unchanged(entry.version)),
            None => (0, Expectation::Absent),
        };
        let change = Change { at: COUNT, action: Action::Set(vec![count + 1]) };
        if let Outcome::Committed(_) = block_on(session.apply(&[Check { at: COUNT, expect }], vec![change])).unwrap() {
            return;
        }
    }
}

fn counted_by_comparing(broken: Broken) -> Verdict {
    let (larder, _) = larder(broken, 8);
    at_once(["one", "other"].map(|_| {
        let session = session(&larder, "w", "p");
        move || (0..2).for_each(|_| add_one(&session))
    }));
    let count = block_on(session(&larder, "w", "p").get("count")).unwrap();
    check(count == Some(vec![4]), count)
}

#[test]
fn no_update_is_lost_that_compares_before_it_sets() {
    explore(|| counted_by_comparing(Broken::Nothing));
    finds("checks left out", || counted_by_comparing(Broken::Checks));
}

/// Moves one from `from` to `to` in a whole call, however often it takes.
fn move_one(session: &Session, from: &str, to: &str) -> Verdict {
    loop {
        let call = session.again();
        let moved = block_on(async {
            let counts = [call.get(from).await?, call.get(to).await?];
            let [from_count, to_count] = counts.map(|count| count.map_or(10, |value| value[0]));
            if from_count + to_count != 20 {
                return Ok(Some(from_count + to_count));
            }
            call.set(from, vec![from_count - 1]).await?;
            call.set(to, vec![to_count + 1]).await?;
            call.commit().await.map(|()| None)
        });
        match moved {
            Ok(mixture) => return check(mixture.is_none(), mixture),
            Err(Error::Conflict) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// With another workspace in use beside it, of which one can be open.
fn moved_in_whole_calls(broken: Broken, most_open: usize) -> Verdict {
    let (larder, _) = larder(broken, most_open);
    let call = || session(&larder, "w", "p").with_commit(Commit::WholeCall);
    let (one, other, beside) = (call(), call(), session(&larder, "beside", "p"));
    let moved = at_once([
        Box::new(move || move_one(&one, "a", "b")) as Box<dyn FnOnce() -> Verdict + Send>,
        Box::new(move || (0..2).try_for_each(|_| move_one(&other, "a", "b"))),
        Box::new(move || block_on(beside.set("k", "v")).map_err(|error| error.to_string())),
    ]);
    moved.into_iter().collect::<Verdict>()?;
    let session = session(&larder, "w", "p");
    let counts = ["a", "b"].map(|key| block_on(session.get(key)).unwrap());
    check(counts == [Some(vec![7]), Some(vec![13])], counts)
}

#[test]
fn whole_calls_come_one_after_the_other() {
    explore(|| moved_in_whole_calls(Broken::Nothing, 8));
    explore(|| moved_in_whole_calls(Broken::Nothing, 1));
    finds("a state that says it is newer than it is", || moved_in_whole_calls(Broken::CommitNumber, 8));
}

fn set(at: Address<'_>, value: u8) -> Change<'_> {
    Change { at, action: Action::Set(vec![value]) }
}

/// One call beside somebody who changes two keys together.
fn seen_together(broken: Broken) -> Verdict {
    let (larder, _) = larder(broken, 8);
    let (call, writing) = (session(&larder, "w", "p"), session(&larder, "w", "p"));
    let writer = thread::spawn(move || {
        for value in 1..=2 {
            block_on(writing.apply(&[], vec![set(Address::private("a"), value), set(Address::private("b"), value)]))
                .unwrap();
        }
    });
    let call = call.with_commit(Commit::WholeCall);
    let seen = block_on(async { Ok::<_, Error>([call.get("a").await?, call.get("b").await?]) });
    writer.join().unwrap();
    match seen {
        Ok([a, b]) => check(a == b, (a, b)),
        Err(error) => check(matches!(error, Error::Conflict), error),
    }
}

#[test]
fn a_call_sees_no_half_of_a_commit() {
    explore(|| seen_together(Broken::Nothing));
    finds("a state that says it is newer than it is", || seen_together(Broken::CommitNumber));
}

/// A call copies a key to another, while the workspace is deleted and the key is written anew.
fn copied_while_deleted() -> Verdict {
    let (larder, _) = larder(Broken::Nothing, 8);
    let session = session(&larder, "w", "p");
    block_on(session.set("a", "old")).unwrap();
    let copying = session.again().with_commit(Commit::WholeCall);
    let copier = thread::spawn(move || {
        block_on(async {
            let value = copying.get("a").await?.unwrap_or_default();
            copying.set("copy", value).await?;
            copying.commit().await
        })
    });
    block_on(larder.delete_workspace(&"w".parse().unwrap())).unwrap();
    block_on(session.set("a", "new")).unwrap();
    let copied = copier.join().unwrap();
    check(matches!(copied, Ok(()) | Err(Error::Conflict)), copied)?;
    let copy = block_on(session.get("copy")).unwrap();
    check(copy.as_deref() != Some(b"old"), "what was copied from the old workspace is in the new one")
}

#[test]
fn a_call_does_not_take_one_workspace_for_another_of_its_name() {
    explore(copied_while_deleted);
}
