//! The file of an export is as `docs/export-format.md` says, and each that is so can be imported.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod exported;
mod support;

use std::time::Duration;

use exported::{Contents, MIB, assert_same, bytes, contents, exported, imported, plugin};
use larder_store::{Grant, StoreId};
use pollster::block_on;
use support::{session, writer};
use xxhash_rust::xxh3::Xxh3;

const HOUR: Duration = Duration::from_secs(3600);

/// Writes an export as `docs/export-format.md` says it, independently of the one that is tested.
struct Written(Vec<u8>);

impl Written {
    fn begin() -> Self {
        Self(b"larder export 1\n".to_vec())
    }

    fn piece(mut self, kind: u8, body: &[&[u8]]) -> Self {
        let body = body.concat();
        self.0.push(kind);
        self.0.extend((body.len() as u32).to_le_bytes());
        self.0.extend(body);
        let mut sum = Xxh3::new();
        sum.update(&self.0);
        self.0.extend(sum.digest().to_le_bytes());
        self
    }
}

fn number(number: u64) -> [u8; 8] {
    number.to_le_bytes()
}

#[test]
fn the_file_is_what_the_documentation_says() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    let large = bytes(2 * MIB + 3, 9);
    let session = session(&larder, "team-7", "notes").with_grant(Grant::write());
    block_on(session.set("a", "first")).unwrap();
    block_on(session.set("b", large.clone())).unwrap();
    block_on(session.shared().set("", "")).unwrap();
    let file = exported(&larder, "team-7");

    let made_at = &file[16 + 5..][..8];
    let expected = Written::begin()
        .piece(1, &[made_at, b"team-7"])
        .piece(2, &[&[0], b"notes"])
        .piece(3, &[&number(u64::MAX), &number(5), &1u32.to_le_bytes(), b"a", b"first"])
        .piece(3, &[&number(u64::MAX), &number(large.len() as u64), &1u32.to_le_bytes(), b"b", &large[..MIB]])
        .piece(4, &[&large[MIB..2 * MIB]])
        .piece(4, &[&large[2 * MIB..]])
        .piece(2, &[&[1]])
        .piece(3, &[&number(u64::MAX), &number(0), &0u32.to_le_bytes()])
        .piece(5, &[&number(2), &number(3), &number(5 + large.len() as u64)]);
    assert!(file == expected.0, "{} bytes, not {}", file.len(), expected.0.len());
    let made_at = Duration::from_millis(u64::from_le_bytes(made_at.try_into().unwrap()));
    assert!(std::time::UNIX_EPOCH.elapsed().unwrap().abs_diff(made_at) < HOUR, "{made_at:?}");
}

#[test]
fn a_file_that_the_documentation_allows_is_imported() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    let file = Written::begin()
        .piece(1, &[&number(0), b"An old name"])
        .piece(2, &[&[1]])
        .piece(3, &[&number(u64::MAX), &number(3), &1u32.to_le_bytes(), b"z", b"1"])
        .piece(4, &[b"23"])
        .piece(3, &[&number(u64::MAX - 1), &number(1), &1u32.to_le_bytes(), b"a", b"x"])
        .piece(3, &[&number(1), &number(1), &1u32.to_le_bytes(), b"b", b"y"])
        .piece(2, &[&[0], b"notes"])
        .piece(3, &[&number(u64::MAX), &number(1), &1u32.to_le_bytes(), b"k", b"1"])
        .piece(3, &[&number(u64::MAX), &number(1), &1u32.to_le_bytes(), b"k", b"2"])
        .piece(5, &[&number(2), &number(5), &number(7)]);
    imported(&larder, "v", &*file.0).unwrap();
    let expected = Contents::from([
        ((StoreId::Shared, "a".to_owned()), b"x".to_vec()),
        ((StoreId::Shared, "z".to_owned()), b"123".to_vec()),
        ((plugin("notes"), "k".to_owned()), b"2".to_vec()),
    ]);
    assert_same(&contents(&larder, "v"), &expected);
}
