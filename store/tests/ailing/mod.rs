//! A workspace with something of everything, and ways to hurt it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use larder_store::{Commit, Error, Larder};
use pollster::block_on;

use crate::support::{Random, blobs, database, directory, session, set, sharing, writer};

pub const LARGE: usize = 1_500_000;
pub const PAGE: usize = 4096;
pub const KEYS: u64 = 400;
/// A mark that stands in no other value, so that it is found in the file.
pub const MARKED: &str = "the one value that is to be damaged, and that stands nowhere else";

pub fn value(seed: u64, size: usize) -> Vec<u8> {
    Random(seed).bytes(size as u64)
}

/// What can be read of a workspace, or why not, by store and key.
pub type Contents = BTreeMap<(String, String), Result<Vec<u8>, String>>;

/// A larder in which the workspace `w` is filled, and `v` has a value.
pub fn filled() -> tempfile::TempDir {
    let temporary = tempfile::tempdir().unwrap();
    let larder = writer(temporary.path());
    let notes = session(&larder, "w", "notes");
    // In one commit, which is faster.
    let call = notes.again().with_commit(Commit::WholeCall);
    for number in 0..KEYS {
        block_on(call.set(&format!("key {number:03}"), value(number, 200))).unwrap();
    }
    block_on(call.commit()).unwrap();
    block_on(notes.private().set_expiring("later", "it expires", Duration::from_secs(100_000))).unwrap();
    set(&larder, "w", "notes", "marked", MARKED).unwrap();
    block_on(session(&larder, "w", "files").set("large", value(1000, LARGE))).unwrap();
    block_on(session(&larder, "w", "files").set("other", value(1001, LARGE))).unwrap();
    block_on(sharing(&larder, "w", "notes").shared().set("motd\n", "closed")).unwrap();
    block_on(session(&larder, "v", "notes").set("key", "of another workspace")).unwrap();
    block_on(larder.close()).unwrap();
    temporary
}

/// Reads all of `w`.
pub fn contents(larder: &Larder) -> Contents {
    let mut contents = Contents::new();
    let told = |value: Result<Option<Vec<u8>>, Error>| match value {
        Ok(value) => Ok(value.unwrap()),
        Err(error) => Err(format!("{error:?}")),
    };
    for plugin in ["notes", "files"] {
        let session = session(larder, "w", plugin);
        for key in block_on(session.private().keys("", None, 1000)).unwrap().keys {
            let value = told(block_on(session.get(&key)));
            contents.insert((plugin.to_owned(), key), value);
        }
    }
    let session = sharing(larder, "w", "notes");
    for key in block_on(session.shared().keys("", None, 1000)).unwrap().keys {
        let value = told(block_on(session.shared().get(&key)));
        contents.insert(("(shared)".to_owned(), key), value);
    }
    contents
}

pub fn edit(path: &Path, edit: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    edit(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Where some bytes stand in others.
pub fn places(bytes: &[u8], wanted: &[u8]) -> Vec<usize> {
    let starts = bytes.windows(wanted.len()).enumerate();
    starts.filter(|(_, window)| *window == wanted).map(|(at, _)| at).collect()
}

/// Changes a bit of a value wherever it stands.
pub fn hurt_value(larder: &Path, value: &[u8]) {
    edit(&database(larder, "w"), |bytes| {
        let places = places(bytes, value);
        assert!(!places.is_empty());
        places.into_iter().for_each(|at| bytes[at + 7] ^= 4);
    });
}

/// Zeroes every page that has a value in it.
pub fn zero_page_of(larder: &Path, value: &[u8]) {
    edit(&database(larder, "w"), |bytes| {
        let places = places(bytes, value);
        assert!(!places.is_empty());
        for at in places {
            let page = at / PAGE * PAGE;
            bytes[page..page + PAGE].fill(0);
        }
    });
}

/// The file of the large value that begins like this.
pub fn blob_of(larder: &Path, value: &[u8]) -> PathBuf {
    blobs(larder, "w").into_iter().find(|blob| fs::read(blob).unwrap().starts_with(&value[..100])).unwrap()
}

pub fn in_workspace(larder: &Path, name: &str) -> PathBuf {
    directory(larder, "w").join(name)
}
