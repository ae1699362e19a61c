//! `batch` was changed within `wasi:keyvalue@0.2.0-draft2`: a plugin that was built before is told so when it is loaded.

use larder_host::{LoadError, Runtime, RuntimeOptions};
use larder_tests::plugin_bytes;

#[test]
fn both_drafts_stand_in_one_linker() {
    let runtime = Runtime::new(RuntimeOptions::default()).unwrap();
    for plugin in ["keyvalue_draft", "keyvalue_draft2"] {
        runtime.load(&plugin_bytes(plugin)).unwrap();
    }
}

#[test]
fn a_plugin_with_the_older_batch_is_refused_in_one_clear_line() {
    let runtime = Runtime::new(RuntimeOptions::default()).unwrap();
    let refused = runtime.load(&plugin_bytes("keyvalue_old_batch")).unwrap_err();
    let line = refused.to_string();
    assert!(matches!(refused, LoadError::MismatchedImport { .. }), "{refused:?}");
    for part in ["wasi:keyvalue/batch@0.2.0-draft2#get-many", "August 2026", "against the newer form", "0.2.0-draft"] {
        assert!(line.contains(part), "{line}");
    }
    assert!(!line.contains('\n'), "{line}");
}
