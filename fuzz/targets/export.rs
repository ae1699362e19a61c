//! An export: whatever is read, it is imported whole or not at all, and what was imported is exported as the same.

#![no_main]

use larder_store::{ImportError, Larder, Options, check_export, export, import};
use libfuzzer_sys::fuzz_target;
use pollster::block_on;

fuzz_target!(|bytes: &[u8]| {
    let checked = check_export(bytes, |_| {});
    let larder = Larder::in_memory(Options::default());
    let id = "w".parse().unwrap();
    let imported = block_on(import(&larder, &id, bytes, |_| {}));
    match (&checked, &imported) {
        (Ok(checked), Ok(imported)) => {
            assert_eq!(checked, imported);
            let mut again = Vec::new();
            let snapshot = block_on(larder.snapshot(&id)).unwrap().unwrap();
            block_on(export(&id, &snapshot, &mut again, |_| {})).unwrap();
            check_export(again.as_slice(), |_| {}).unwrap();
        }
        (Err(_), Ok(_)) => panic!("imported what is damaged"),
        (_, Err(error)) => {
            assert!(!matches!(error, ImportError::LeftBehind { .. }), "{error}");
            assert!(block_on(larder.snapshot(&id)).unwrap().is_none(), "a part was left");
        }
    }
});
