//! A host that breaks a promise fails the conformance plugin at the cases that name it, and at no others.

mod broken_atomic;
mod broken_host;
mod broken_storage;
mod broken_streams;
mod fault;

use broken_host::BrokenHost;
use fault::Fault;

/// A fault, the cases that have to fail by it, and how the names of all begin that may.
type Row = (Fault, &'static [&'static str], &'static [&'static str]);

const ROWS: &[Row] = &[
    (
        Fault::MissingKeyFails,
        &["missing-key/get-gives-none", "missing-key/delete-succeeds-again"],
        &[
            "missing-key/",
            "any-string-is-a-key/",
            "seen-at-once/",
            "expiry",
            "delete-prefix/",
            "quota/",
            "atomic-",
            "writers/",
            "shared-store/",
            "limits-of-keys/get",
        ],
    ),
    (
        Fault::DeletingNothingFails,
        &[
            "missing-key/delete-succeeds",
            "missing-key/delete-succeeds-again",
            "usage/deleting-nothing-gives-nothing-back",
        ],
        &[
            "missing-key/",
            "usage/",
            "quota/",
            "expiry/what-has-expired-can-be-deleted",
            "limits-of-keys/delete",
            "grants/delete",
            "shared-store/a-missing-key",
        ],
    ),
    (
        Fault::SlashesCollapse,
        &["any-string-is-a-key/two-slashes", "any-string-is-a-key/trailing-slash"],
        &[
            "any-string-is-a-key/",
            "delete-prefix/a-slash-is-no-folder",
            "listing/prefix-with-a-slash",
            "shared-store/any-string",
            "listing/prefix-with-a-dot-segment",
        ],
    ),
    (
        Fault::LetterCaseIsFolded,
        &["any-string-is-a-key/letter-case", "any-string-is-a-key/letter-case-beyond-ascii"],
        &["any-string-is-a-key/", "listing", "delete-prefix/", "shared-store/any-string"],
    ),
    (
        Fault::EmptyValueIsNone,
        &["value-is-bytes/none-at-all"],
        &[
            "value-is-bytes/",
            "writers/nothing-written-is-an-empty-value",
            "shared-store/keeps-what-is-set",
            "delete-prefix/the-key-that-is-the-prefix",
        ],
    ),
    (
        Fault::RefusedDataStays,
        &["quota/refused-set-changes-nothing", "quota/refused-overwriting-keeps-the-old-value"],
        &["quota/"],
    ),
    (
        Fault::LimitsAreNotEnforced,
        &["limits-of-keys/set", "limits-of-values/set", "refusal-changes-nothing/set-of-a-value-too-large"],
        &["limits-of-keys/", "limits-of-values/", "refusal-changes-nothing/set"],
    ),
    (
        Fault::PrefixIsAPattern,
        &[
            "listing/prefix-with-a-percent-sign",
            "listing/prefix-with-an-underscore",
            "listing/prefix-is-case-sensitive",
        ],
        &["listing/prefix-", "listing-items/by-prefix"],
    ),
    (
        Fault::ListingIsNotInOrder,
        &["listing/byte-order", "any-string-is-a-key/two-slashes"],
        &["listing", "any-string-is-a-key/", "delete-prefix/", "expiry/", "shared-store/"],
    ),
    (
        Fault::PositionIsANumber,
        &["listing/position-survives-deletion", "listing/position-survives-insertion"],
        &["listing/", "expiry/position-survives-it", "shared-store/lists-in-pages"],
    ),
    (
        Fault::DeletePrefixDoesNotCount,
        &["delete-prefix/nothing-but-the-prefix", "delete-prefix/an-empty-prefix-empties-the-store"],
        &["delete-prefix/", "quota/deleting-and-reading", "shared-store/"],
    ),
    (
        Fault::UsageLeavesKeysOut,
        &["usage/keys-values-and-64-bytes-a-key", "usage/a-counter-has-8-bytes"],
        &["usage/", "quota/", "shared-store/counts-its-own-usage"],
    ),
    (
        Fault::ExpiredCanBeRead,
        &["expiry/not-from-get-after-its-time", "expiry/zero-is-at-once"],
        &["expiry", "shared-store/values-expire"],
    ),
    (Fault::ExpiredIsListed, &["expiry/not-from-keys-after-its-time"], &["expiry", "shared-store/values-expire"]),
    (Fault::SetKeepsExpiry, &["expiry/set-clears-it", "expiry-atomic/a-value-without-tells-none"], &["expiry"]),
    (
        Fault::VersionIsTheContent,
        &["versions/the-same-value-again-makes-another", "versions/not-the-same-after-a-delete"],
        &["versions/", "atomic-checks/", "writers/unchanged", "expiry-atomic/", "atomic-changes/to-both-stores"],
    ),
    (
        Fault::AbsentKeyPassesChecks,
        &[
            "atomic-checks/present-does-not-hold-where-nothing-is",
            "atomic-checks/unchanged-does-not-hold-where-nothing-is",
        ],
        &["atomic-checks/", "expiry-atomic/", "limits-of-batches/checks-of-a-commit"],
    ),
    (
        Fault::HalfACommitStays,
        &[
            "refusal-changes-nothing/commit-with-an-add-to-no-counter-last",
            "refusal-changes-nothing/commit-with-a-key-too-long-last",
            "quota/refused-commit-changes-nothing",
        ],
        &[
            "refusal-changes-nothing/",
            "quota/",
            "limits-of-batches/",
            "versions/all-of-a-commit-share-one",
            "atomic-changes/",
            "grants/a-denied-commit",
            "expiry-atomic/increment-keeps-it",
        ],
    ),
    (
        Fault::ConflictNamesTheFirstCheck,
        &["atomic-checks/the-first-that-does-not-hold-is-named"],
        &["atomic-checks/", "refusal-changes-nothing/commit-in-conflict"],
    ),
    (
        Fault::IncrementOverwrites,
        &["counters/not-a-counter-text", "refusal-changes-nothing/increment-of-what-is-no-counter"],
        &["counters/not", "refusal-changes-nothing/increment", "versions/a-refusal-or-conflict-keeps-it"],
    ),
    (
        Fault::ReaderFollowsTheKey,
        &["readers/small-value-overwritten", "readers/large-value-deleted"],
        &[
            "readers/",
            "writers/a-value-copied-onto-itself",
            "expiry-atomic/an-open-reader",
            "shared-store/readers-read-it",
        ],
    ),
    (
        Fault::DroppedWriterFinishes,
        &["writers/dropped-never-was", "usage/not-an-unfinished-stream"],
        &[
            "writers/dropped",
            "usage/not-an-unfinished-stream",
            "refusal-changes-nothing/",
            "versions/a-refusal-or-conflict",
            "limits-of-handles/",
        ],
    ),
    (
        Fault::ExpectationOfTheBeginning,
        &["writers/expectation-is-of-the-end-not-the-beginning", "writers/expectation-may-come-to-hold"],
        &["writers/expectation"],
    ),
    (
        Fault::MissingKeyIsRemembered,
        &["seen-at-once/commit-of-a-set-where-nothing-was", "seen-at-once/increment-where-nothing-was"],
        &["seen-at-once/", "atomic-checks/of-another-key-decide-too", "writers/"],
    ),
    (Fault::SharedNeedsNoGrant, &["grants/get", "grants/keys"], &["grants/"]),
];

#[tokio::test]
async fn without_a_fault_all_is_well() {
    let verdicts = BrokenHost::new().run(Fault::None).await;
    assert!(verdicts.broken().is_empty(), "{:#?}", verdicts.broken());
    assert!(verdicts.kept() >= 200, "{} of {} cases", verdicts.kept(), verdicts.names().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_fails_the_cases_that_name_it() {
    let host = std::sync::Arc::new(BrokenHost::new());
    let runs = ROWS.iter().map(|&(fault, has_to, may)| {
        let host = host.clone();
        tokio::spawn(async move { judge(fault, has_to, may, &host.run(fault).await.broken()) })
    });
    let mut wrong = Vec::new();
    for run in runs.collect::<Vec<_>>() {
        wrong.extend(run.await.expect("the run ends"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is not as the row says.
fn judge(fault: Fault, has_to: &[&str], may: &[&str], broken: &[(&str, &str)]) -> Vec<String> {
    let unnoticed = has_to.iter().filter(|&&name| broken.iter().all(|&(failed, _)| failed != name));
    let unnoticed = unnoticed.map(|name| format!("{fault:?} passes {name}"));
    let others = broken.iter().filter(|(name, _)| may.iter().all(|begin| !name.starts_with(begin)));
    let others = others.map(|(name, reason)| format!("{fault:?} fails {name}: {reason}"));
    unnoticed.chain(others).collect()
}
