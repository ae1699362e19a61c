//! Every engine keeps every promise of the interface, in each commit mode and with each grant.

use larder_store::{Commit, Grant, Larder, Limits, Options, Session};
use larder_tests::{Conformance, NOT_DENIED, Pantry};

/// So small that every case can reach them.
fn small() -> Limits {
    Limits {
        key_bytes: 1024,
        value_bytes: 4 << 20,
        batch_items: 100,
        batch_bytes: 64 << 10,
        chunk_bytes: 64 << 10,
        open_handles: 4,
        store_bytes: 10 << 20,
        store_keys: 500,
        ..Limits::default()
    }
}

fn in_memory(limits: Limits) -> Session {
    let larder = Larder::in_memory(Options::default());
    larder.session(&"w".parse().unwrap(), &"conformance".parse().unwrap(), limits)
}

#[tokio::test]
async fn in_a_directory() {
    let pantry = Pantry::new();
    let session = pantry.limited("w", "conformance", small()).with_grant(Grant::write());
    Conformance::shared().run(session, &["--shared", "write"]).await.assert_kept(&NOT_DENIED);
}

#[tokio::test]
async fn in_memory_alone() {
    let session = in_memory(small()).with_grant(Grant::write());
    Conformance::shared().run(session, &["--shared", "write"]).await.assert_kept(&NOT_DENIED);
}

#[tokio::test]
async fn in_a_directory_in_whole_calls() {
    let pantry = Pantry::new();
    let session = pantry.limited("w", "conformance", small()).with_grant(Grant::write()).with_commit(Commit::WholeCall);
    Conformance::shared().run_one_by_one(&session, &["--shared", "write"]).await.assert_kept(&NOT_DENIED);
}

#[tokio::test]
async fn in_memory_in_whole_calls() {
    let session = in_memory(small()).with_grant(Grant::write()).with_commit(Commit::WholeCall);
    Conformance::shared().run_one_by_one(&session, &["--shared", "write"]).await.assert_kept(&NOT_DENIED);
}

/// A store of the default size is filled by one case alone, and no page of keys is full of bytes.
#[tokio::test]
async fn within_the_limits_that_hold_by_default() {
    let pantry = Pantry::new();
    let session = pantry.session("w", "conformance").with_grant(Grant::write());
    let verdicts = Conformance::shared().run(session, &["--shared", "write"]).await;
    verdicts.assert_kept(&["grants/", "quota/", "limits-of-batches/bytes-of-a-page-of-keys"]);
}

#[tokio::test]
async fn with_each_grant() {
    let grants = [
        (Grant::none(), &["--shared", "none"][..]),
        (Grant::read(), &["--shared", "read"]),
        (Grant::write(), &["--shared", "write"]),
        (Grant::read().within("team/"), &["--shared", "read", "--within", "team/"]),
        (Grant::write().within("team/"), &["--shared", "write", "--within", "team/"]),
        // What nobody says is found out.
        (Grant::none(), &[]),
        (Grant::read(), &[]),
        (Grant::write(), &[]),
    ];
    let promises = ["grants", "shared-store", "atomic-changes", "atomic-checks", "atomic-get", "counters", "versions"];
    for (grant, args) in grants {
        let session = in_memory(small()).with_grant(grant.clone());
        let verdicts = Conformance::shared().run(session, &[args, &promises].concat()).await;
        assert!(verdicts.broken().is_empty(), "{grant:?}: {:#?}", verdicts.broken());
    }
}

/// Which cases are about what is denied is known from the grant alone.
#[tokio::test]
async fn a_grant_that_is_not_the_one_said_is_noticed() {
    for (grant, said) in [(Grant::write(), "none"), (Grant::read(), "write"), (Grant::none(), "read")] {
        let session = in_memory(small()).with_grant(grant.clone());
        let verdicts = Conformance::shared().run(session, &["--shared", said, "grants"]).await;
        assert!(!verdicts.broken().is_empty(), "{grant:?} passes for {said}");
    }
}
