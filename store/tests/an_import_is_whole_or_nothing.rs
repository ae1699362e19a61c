//! What cannot be imported whole leaves no workspace, and touches none.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod exported;
mod support;

use std::io::{self, Read};

use exported::{MIB, assert_same, contents, everything, exported, fill, imported, small, workspaces};
use larder_store::{ExportError, ImportError, check_export, export};
use pollster::block_on;
use support::writer;

#[test]
fn a_workspace_that_exists_is_not_touched() {
    let directory = tempfile::tempdir().unwrap();
    let (larder, file) = small(directory.path());
    let before = contents(&larder, "small");
    let refused = imported(&larder, "small", &*file).unwrap_err();
    assert!(matches!(refused, ImportError::WorkspaceExists(_)), "{refused:?}");
    assert_same(&contents(&larder, "small"), &before);
}

#[test]
fn a_damaged_or_incomplete_export_leaves_no_workspace() {
    let directory = tempfile::tempdir().unwrap();
    let (larder, file) = small(directory.path());
    let refused = |file: &[u8], case: String| {
        let error = imported(&larder, "v", file).expect_err(&case);
        assert_eq!(workspaces(&larder), ["small"], "{case}: {error}");
        assert!(check_export(file, |_| {}).is_err(), "{case}");
    };
    for byte in (0..file.len()).step_by(5) {
        let mut mutant = file.clone();
        mutant[byte] ^= 1 << (byte % 8);
        refused(&mutant, format!("byte {byte} changed"));
        refused(&file[..byte], format!("cut to {byte} bytes"));
    }
    refused(&[&*file, b"\n"].concat(), "something behind it".to_owned());
    imported(&larder, "v", &*file).unwrap();
}

#[test]
fn damage_behind_large_values_leaves_no_workspace() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    fill(&larder, "w", &everything());
    let file = exported(&larder, "w");
    for byte in [MIB, file.len() / 2, file.len() - 1] {
        let mut mutant = file.clone();
        mutant[byte] ^= 1;
        let error = imported(&larder, "v", &*mutant).unwrap_err();
        assert!(matches!(error, ImportError::Damaged { .. }), "{error:?}");
        assert!(matches!(imported(&larder, "v", &file[..byte]), Err(ImportError::CutOff { .. })));
        assert_eq!(workspaces(&larder), ["w"]);
    }
    assert_eq!(support::workspace_names(directory.path()), ["w"]);
}

#[test]
fn where_reading_or_writing_fails_that_is_said_and_nothing_is_left() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the tape tore"))
        }
    }
    impl io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("the tape is full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let (larder, file) = small(directory.path());
    let error = imported(&larder, "v", file[..100].chain(Broken)).unwrap_err();
    assert!(matches!(error, ImportError::Read(_)) && error.to_string().ends_with("the tape tore"), "{error}");
    assert_eq!(workspaces(&larder), ["small"]);

    let workspace = "small".parse().unwrap();
    let snapshot = block_on(larder.snapshot(&workspace)).unwrap().unwrap();
    let error = block_on(export(&workspace, &snapshot, Broken, |_| {})).unwrap_err();
    assert!(matches!(error, ExportError::Write(_)) && error.to_string().ends_with("the tape is full"), "{error}");
}
