//! The shared store is reached with a grant alone, and no further than the grant goes; what is denied changes nothing.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::time::Duration;

use larder_store::{
    Access, Action, Address, Change, Check, Commit, Error, Expectation, Grant, Larder, Limits, Options, Session,
};
use pollster::block_on;
use support::{limited, on_each_engine, open, open_with, refusal, session, sharing};

type Call = fn(&Session, &str) -> Result<(), Error>;

const READS: [(&str, Call); 8] = [
    ("get", |s, key| block_on(s.shared().get(key)).map(drop)),
    ("exists", |s, key| block_on(s.shared().exists(key)).map(drop)),
    ("keys", |s, key| block_on(s.shared().keys(key, None, 9)).map(drop)),
    ("items", |s, key| block_on(s.shared().items(key, None, 9)).map(drop)),
    ("entry", |s, key| block_on(s.entry(Address::shared(key))).map(drop)),
    ("get_many", |s, key| block_on(s.get_many(&[Address::private("mine"), Address::shared(key)])).map(drop)),
    ("open", |s, key| block_on(s.open(Address::shared(key))).map(drop)),
    ("a check", |s, key| {
        let check = Check { at: Address::shared(key), expect: Expectation::Present };
        block_on(s.apply(&[check], Vec::new())).map(drop)
    }),
];

const WRITES: [(&str, Call); 9] = [
    ("set", |s, key| block_on(s.shared().set(key, "v"))),
    ("set_expiring", |s, key| block_on(s.shared().set_expiring(key, "v", Duration::from_secs(9)))),
    ("delete", |s, key| block_on(s.shared().delete(key))),
    ("delete_prefix", |s, key| block_on(s.shared().delete_prefix(key)).map(drop)),
    ("increment", |s, key| block_on(s.increment(Address::shared(key), 1)).map(drop)),
    ("a set among changes", |s, key| change(s, key, Action::Set(b"v".to_vec()))),
    ("a delete among changes", |s, key| change(s, key, Action::Delete)),
    ("an addition", |s, key| change(s, key, Action::Add(1))),
    ("create", |s, key| {
        let writer = block_on(s.create(Address::shared(key), None, None))?;
        block_on(writer.finish()).map(drop)
    }),
];

/// Changes a shared key, and with it one that the session may change.
fn change(session: &Session, key: &str, action: Action) -> Result<(), Error> {
    let changes = vec![
        Change { at: Address::private("mine"), action: Action::Set(b"changed".to_vec()) },
        Change { at: Address::shared(key), action },
    ];
    block_on(session.apply(&[], changes)).map(drop)
}

/// What both stores hold, by somebody who may look.
fn seen(larder: &Larder) -> String {
    let session = sharing(larder, "w", "p");
    let (private, shared) = (session.private(), session.shared());
    format!("{:?} {:?}", block_on(private.items("", None, 99)), block_on(shared.items("", None, 99)))
}

fn furnish(larder: &Larder) {
    let session = sharing(larder, "w", "p");
    block_on(session.private().delete_prefix("")).unwrap();
    block_on(session.shared().delete_prefix("")).unwrap();
    block_on(session.set("mine", "v")).unwrap();
    for key in ["in/1", "in/2", "out/1", "in"] {
        block_on(session.shared().set(key, 1_i64.to_le_bytes())).unwrap();
    }
}

/// Tries each call, with a session of this grant, on a key, and compares.
fn expect(larder: &Larder, grant: &Grant, calls: &[(&str, Call)], key: &str, allowed: bool) {
    furnish(larder);
    let before = seen(larder);
    for (what, call) in calls {
        for commit in [Commit::EachOperation, Commit::WholeCall] {
            if seen(larder) != before {
                furnish(larder);
            }
            let session = session(larder, "w", "p").with_grant(grant.clone()).with_commit(commit);
            let told = call(&session, key);
            if allowed {
                told.unwrap_or_else(|error| panic!("{grant:?}, {commit:?}: {what} of {key:?}: {error}"));
                continue;
            }
            assert_eq!(refusal(told), "AccessDenied", "{grant:?}, {commit:?}: {what} of {key:?}");
            block_on(session.commit()).unwrap();
            assert_eq!(seen(larder), before, "{grant:?}, {commit:?}: {what} of {key:?}");
        }
    }
}

#[test]
fn without_one_everything_is_denied() {
    on_each_engine(&Options::default(), |larder| {
        for key in ["", "in/1", "none"] {
            expect(larder, &Grant::none(), &READS, key, false);
            expect(larder, &Grant::none(), &WRITES, key, false);
        }
        let session = session(larder, "w", "p");
        assert_eq!(refusal(block_on(session.shared().usage())), "AccessDenied");
        assert_eq!(session.limits(), &Limits::default(), "but what the limits are");
    });
}

#[test]
fn one_to_read_does_not_write() {
    on_each_engine(&Options::default(), |larder| {
        for key in ["", "in/1", "none"] {
            expect(larder, &Grant::read(), &READS, key, true);
            expect(larder, &Grant::read(), &WRITES, key, false);
        }
        block_on(session(larder, "w", "p").with_grant(Grant::read()).shared().usage()).unwrap();
    });
}

#[test]
fn one_to_write_reads_as_well() {
    on_each_engine(&Options::default(), |larder| {
        expect(larder, &Grant::write(), &READS, "in/1", true);
        expect(larder, &Grant::write(), &WRITES, "in/1", true);
        block_on(sharing(larder, "w", "p").shared().usage()).unwrap();
    });
}

#[test]
fn one_for_a_prefix_goes_no_further_and_is_never_narrowed() {
    on_each_engine(&Options::default(), |larder| {
        let (reading, writing) = (Grant::read().within("in/"), Grant::write().within("in/"));
        for key in ["in/1", "in/", "in/none"] {
            expect(larder, &reading, &READS, key, true);
            expect(larder, &writing, &READS, key, true);
            expect(larder, &reading, &WRITES, key, false);
        }
        expect(larder, &writing, &WRITES, "in/1", true);
        for key in ["", "in", "i", "out/1", "In/1"] {
            expect(larder, &reading, &READS, key, false);
            expect(larder, &writing, &READS, key, false);
            expect(larder, &writing, &WRITES, key, false);
        }
        for grant in [reading, writing] {
            let session = session(larder, "w", "p").with_grant(grant);
            assert_eq!(refusal(block_on(session.shared().usage())), "AccessDenied", "of the whole store");
            furnish(larder);
            let page = block_on(session.shared().keys("in/", Some("a"), 9)).unwrap();
            assert_eq!(page.keys, ["in/1", "in/2"], "a position outside is only a position");
        }
    });
}

/// Everybody with a grant sees the same store; a plugin's own has nothing to do with it, nor has another workspace's.
#[test]
fn the_shared_store_is_one_for_the_plugins_of_a_workspace() {
    on_each_engine(&Options::default(), |larder| {
        block_on(sharing(larder, "w", "a").shared().set("k", "shared")).unwrap();
        block_on(sharing(larder, "w", "a").set("k", "private")).unwrap();
        let other = session(larder, "w", "b").with_grant(Grant::read());
        assert_eq!(block_on(other.shared().get("k")).unwrap(), Some(b"shared".to_vec()));
        assert_eq!(block_on(other.get("k")).unwrap(), None);
        assert_eq!(block_on(sharing(larder, "v", "a").shared().get("k")).unwrap(), None);
        block_on(larder.delete_plugin(&"w".parse().unwrap(), &"a".parse().unwrap())).unwrap();
        assert_eq!(block_on(other.shared().get("k")).unwrap(), Some(b"shared".to_vec()));
        assert_eq!(block_on(larder.shared(&"w".parse().unwrap())).unwrap().keys, 1);
    });
}

/// A plugin may have any name that a store of the engine might have.
#[test]
fn no_plugin_is_the_shared_store() {
    on_each_engine(&Options::default(), |larder| {
        block_on(sharing(larder, "w", "p").shared().set("k", "shared")).unwrap();
        for name in ["s", "shared", "p/s", "", "p"] {
            let Ok(plugin) = name.parse() else { continue };
            let session = larder.session(&"w".parse().unwrap(), &plugin, Limits::default());
            assert_eq!(block_on(session.get("k")).unwrap(), None, "{name:?}");
            block_on(session.set("k", name)).unwrap();
            block_on(larder.delete_plugin(&"w".parse().unwrap(), &plugin)).unwrap();
        }
        let shared = block_on(sharing(larder, "w", "p").shared().get("k")).unwrap();
        assert_eq!(shared, Some(b"shared".to_vec()));
    });
}

/// Its bytes are the workspace's quota, its keys as many as any store may have.
#[test]
fn the_shared_store_has_the_workspaces_quota() {
    on_each_engine(&Options::default(), |larder| {
        let limits = Limits { store_bytes: 100, store_keys: 3, workspace_bytes: 400, ..Limits::default() };
        let session = limited(larder, "w", "p", limits).with_grant(Grant::write());
        let usage = block_on(session.shared().usage()).unwrap();
        assert_eq!((usage.quota_bytes, usage.quota_keys), (400, 3));
        block_on(session.shared().set("k", [0; 400 - 65])).unwrap();
        let full = format!("{:?}", Error::QuotaExceeded(support::bytes(0, 65)));
        assert_eq!(refusal(block_on(session.set("k", ""))), full);
        block_on(session.shared().set("k", "")).unwrap();
        block_on(session.set("k", "")).unwrap();
        block_on(session.shared().set("l", "")).unwrap();
        block_on(session.shared().set("m", "")).unwrap();
        let keys = format!("{:?}", Error::QuotaExceeded(support::items(3, 4)));
        assert_eq!(refusal(block_on(session.shared().set("n", ""))), keys);
    });
}

#[test]
fn in_a_larder_that_was_opened_for_reading_nothing_is_written() {
    let temporary = tempfile::tempdir().unwrap();
    let larder = open_with(temporary.path(), &Options::default());
    furnish(&larder);
    let before = seen(&larder);
    let beside = open(temporary.path(), Access::ReadOnly);
    let session = sharing(&beside, "w", "p");
    for (what, call) in WRITES {
        assert_eq!(refusal(call(&session, "in/1")), "AccessDenied", "{what}");
    }
    for (what, call) in READS.into_iter().filter(|(what, _)| *what != "a check") {
        call(&session, "in/1").unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    assert_eq!(seen(&larder), before);
    assert_eq!(seen(&beside), before);
}
