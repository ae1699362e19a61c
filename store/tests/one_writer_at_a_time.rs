//! One process writes to a workspace, others read beside it, and who comes second is told who came first.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "a process that was killed does not go through the larder")]

mod support;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use larder_store::{Access, Dir, Error, Fault, Larder, Sharing, StoreId};
use pollster::block_on;
use support::{database, directory, get, is_held, options, reader, session, set, writer};

/// Much more than the second that opening waits, much less than what one would call hanging.
const SOON: Duration = Duration::from_secs(10);

fn exclusive(path: &Path, access: Access) -> Larder {
    let mut options = options(access);
    options.sharing = Sharing::Exclusive;
    Larder::open(Dir::open_ambient(path).unwrap(), options).unwrap()
}

fn holder<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Unavailable(Fault::Held { workspace, holder, .. })) if workspace == "w" => holder,
        other => panic!("expected that 'w' is held, not {other:?}"),
    }
}

fn mark(larder: &Path) -> Option<String> {
    fs::read_to_string(directory(larder, "w").join("writer")).ok()
}

#[test]
fn the_second_is_refused_soon_and_told_by_whom_until_the_first_closes() {
    let temporary = tempfile::tempdir().unwrap();
    let (first, second) = (writer(temporary.path()), writer(temporary.path()));
    set(&first, "w", "p", "k", "first").unwrap();
    let since = Instant::now();
    let me = format!("process {} since ", std::process::id());
    assert!(holder(get(&second, "w", "p", "k")).starts_with(&me));
    assert!(holder(set(&second, "w", "p", "k", "second")).starts_with(&me));
    assert!(holder(block_on(second.open_workspace(&"w".parse().unwrap()))).starts_with(&me));
    assert!(holder(block_on(second.delete_workspace(&"w".parse().unwrap()))).starts_with(&me));
    assert!(since.elapsed() < SOON);
    assert_eq!(get(&first, "w", "p", "k").unwrap().as_deref(), Some("first"));
    set(&second, "other", "p", "k", "v").unwrap();
    block_on(first.close()).unwrap();
    set(&second, "w", "p", "k", "second").unwrap();
    assert_eq!(holder(get(&first, "w", "p", "k")), mark(temporary.path()).unwrap()["native ".len()..].trim_end());
    drop(second);
    assert_eq!(get(&first, "w", "p", "k").unwrap().as_deref(), Some("second"));
}

#[test]
fn readers_go_on_beside_the_writer_and_never_keep_one_from_starting() {
    let temporary = tempfile::tempdir().unwrap();
    set(&writer(temporary.path()), "w", "p", "k", "0").unwrap();
    let readers = [reader(temporary.path()), reader(temporary.path())];
    for reader in &readers {
        assert_eq!(get(reader, "w", "p", "k").unwrap().as_deref(), Some("0"));
    }
    let larder = writer(temporary.path());
    for number in ["1", "2", "3"] {
        set(&larder, "w", "p", "k", number).unwrap();
        for reader in &readers {
            assert_eq!(get(reader, "w", "p", "k").unwrap().as_deref(), Some(number));
            assert!(matches!(set(reader, "w", "p", "k", "x"), Err(Error::AccessDenied)));
            assert!(matches!(block_on(reader.delete_workspace(&"w".parse().unwrap())), Err(Error::AccessDenied)));
        }
    }
    drop(larder);
    assert_eq!(get(&readers[0], "w", "p", "k").unwrap().as_deref(), Some("3"));
}

#[test]
fn exclusive_means_that_nobody_is_beside_it() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = exclusive(temporary.path(), Access::ReadWrite);
    set(&larder, "w", "p", "k", "v").unwrap();
    assert!(is_held(&get(&reader(temporary.path()), "w", "p", "k")));
    assert!(is_held(&get(&writer(temporary.path()), "w", "p", "k")));
    assert!(is_held(&get(&exclusive(temporary.path(), Access::ReadWrite), "w", "p", "k")));
    set(&larder, "w", "p", "k", "w").unwrap();
    drop(larder);
    assert_eq!(get(&reader(temporary.path()), "w", "p", "k").unwrap().as_deref(), Some("w"));
}

#[test]
fn the_mark_says_who_writes_and_goes_with_him() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = writer(temporary.path());
    set(&larder, "w", "p", "k", "v").unwrap();
    assert!(mark(temporary.path()).unwrap().starts_with(&format!("native process {} since ", std::process::id())));
    get(&reader(temporary.path()), "w", "p", "k").unwrap();
    assert!(is_held(&get(&writer(temporary.path()), "w", "p", "k")));
    assert!(mark(temporary.path()).is_some(), "it is still the first one's");
    drop(larder);
    assert_eq!(mark(temporary.path()), None);
}

#[test]
fn a_mark_that_a_dead_process_left_is_replaced() {
    let temporary = tempfile::tempdir().unwrap();
    set(&writer(temporary.path()), "w", "p", "k", "v").unwrap();
    for left in ["native process 1 since 2020-01-01T00:00:00Z\n", "", "\u{1b}[31mnonsense\n\n", &"x".repeat(5000)] {
        fs::write(directory(temporary.path(), "w").join("writer"), left).unwrap();
        let larder = writer(temporary.path());
        assert_eq!(get(&larder, "w", "p", "k").unwrap().as_deref(), Some("v"));
        let now = mark(temporary.path()).unwrap();
        assert!(now.starts_with(&format!("native process {} since ", std::process::id())), "{now}");
    }
    assert_eq!(mark(temporary.path()), None);
}

/// A file that is made each time takes its time where many were.
#[cfg(target_os = "linux")]
#[test]
fn the_mark_of_who_comes_next_is_made_of_that_of_who_has_gone() {
    use std::os::unix::fs::MetadataExt;

    let temporary = tempfile::tempdir().unwrap();
    set(&writer(temporary.path()), "w", "p", "k", "v").unwrap();
    let spare = directory(temporary.path(), "w").join("spare-writer");
    let kept = fs::metadata(&spare).unwrap();
    assert_eq!(kept.len(), 0);
    // As somebody leaves it who is killed before the mark is made of it.
    fs::write(&spare, "x".repeat(5000)).unwrap();
    let larder = writer(temporary.path());
    get(&larder, "w", "p", "k").unwrap();
    assert_eq!(fs::metadata(directory(temporary.path(), "w").join("writer")).unwrap().ino(), kept.ino());
    assert!(mark(temporary.path()).unwrap().starts_with("native process "));
    assert!(!spare.exists());
    drop(larder);
    assert_eq!((fs::metadata(&spare).unwrap().ino(), mark(temporary.path())), (kept.ino(), None));
}

#[test]
fn a_component_s_mark_is_respected_whether_it_lives_or_not() {
    let temporary = tempfile::tempdir().unwrap();
    set(&writer(temporary.path()), "w", "p", "k", "v").unwrap();
    let left = "wasi a component since 2026-01-01T00:00:00Z\n";
    fs::write(directory(temporary.path(), "w").join("writer"), left).unwrap();
    let larder = writer(temporary.path());
    assert_eq!(holder(get(&larder, "w", "p", "k")), "a component since 2026-01-01T00:00:00Z");
    assert_eq!(holder(set(&larder, "w", "p", "k", "x")), "a component since 2026-01-01T00:00:00Z");
    let deleted = block_on(larder.delete_workspace(&"w".parse().unwrap()));
    assert_eq!(holder(deleted), "a component since 2026-01-01T00:00:00Z");
    assert_eq!(get(&reader(temporary.path()), "w", "p", "k").unwrap().as_deref(), Some("v"));
    assert_eq!(mark(temporary.path()).as_deref(), Some(left));
}

/// A component was killed in the middle: its mark stays, and its database asks for a repair that only a writer can do.
#[test]
fn a_reader_of_what_a_killed_component_left_is_told_so() {
    let temporary = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let larder = writer(temporary.path());
    set(&larder, "w", "p", "k", "v").unwrap();
    set(&writer(copy.path()), "w", "p", "k", "v").unwrap();
    fs::copy(database(temporary.path(), "w"), database(copy.path(), "w")).unwrap();
    fs::write(directory(copy.path(), "w").join("writer"), "wasi a component since 2026-01-01T00:00:00Z\n").unwrap();
    let (path, (send, receive)) = (copy.path().to_owned(), std::sync::mpsc::channel());
    thread::spawn(move || send.send(get(&reader(&path), "w", "p", "k")));
    assert!(holder(receive.recv_timeout(SOON).expect("it hangs")).starts_with("a component"));
}

/// Those who are refused together wait together, not one after the other.
#[test]
fn many_who_are_refused_are_refused_soon() {
    let temporary = tempfile::tempdir().unwrap();
    let (first, second) = (writer(temporary.path()), writer(temporary.path()));
    set(&first, "w", "p", "k", "v").unwrap();
    let since = Instant::now();
    thread::scope(|scope| {
        for _ in 0..30 {
            scope.spawn(|| assert!(is_held(&block_on(session(&second, "w", "p").get("k")))));
        }
    });
    assert!(since.elapsed() < SOON, "it took {:?}", since.elapsed());
}

/// Many who start at once after a crash: each opens, or is told that another has it.
#[test]
fn of_many_who_start_at_once_over_a_leftover_mark_each_opens_or_is_refused_as_held() {
    let temporary = tempfile::tempdir().unwrap();
    set(&writer(temporary.path()), "w", "p", "k", "v").unwrap();
    for _ in 0..10 {
        fs::write(directory(temporary.path(), "w").join("writer"), "native process 1 since long ago\n").unwrap();
        thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    let told = get(&writer(temporary.path()), "w", "p", "k");
                    assert!(is_held(&told) || told.as_ref().is_ok_and(|v| v.as_deref() == Some("v")), "{told:?}");
                });
            }
        });
    }
}

/// A component has no locks: what it writes may be where a reader is reading.
#[test]
fn a_reader_begins_anew_where_a_component_has_written() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = writer(temporary.path());
    set(&larder, "w", "p", "k", "v").unwrap();
    let reader = reader(temporary.path());
    let snapshot = block_on(reader.snapshot(&"w".parse().unwrap())).unwrap().unwrap();
    let page = || block_on(snapshot.page(&StoreId::Private("p".parse().unwrap()), None));
    assert_eq!(page().unwrap().len(), 1);
    // A native writer keeps what is being read, also one that comes and goes.
    set(&larder, "w", "p", "k", "w").unwrap();
    block_on(larder.close()).unwrap();
    set(&writer(temporary.path()), "w", "p", "k", "x").unwrap();
    assert_eq!(page().unwrap().len(), 1);

    let mark = directory(temporary.path(), "w").join("writer");
    fs::write(&mark, "wasi a component since 2026-01-01T00:00:00Z\n").unwrap();
    assert!(page().is_err(), "it may be writing");
    fs::rename(&mark, directory(temporary.path(), "w").join("last-component")).unwrap();
    assert!(page().is_err(), "it may have written");
    assert_eq!(get(&reader, "w", "p", "k").unwrap().as_deref(), Some("x"));
}
