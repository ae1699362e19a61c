//! Where the file of a large value is not what was written, that value is damaged and no other; what is whole of it can be
//! read in slices.

#![allow(clippy::unwrap_used, reason = "a test may fail")]
#![allow(clippy::disallowed_methods, reason = "damage does not go through the larder")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use larder_store::{Address, Commit, Error, Larder, Options, Session};
use pollster::block_on;
use support::{Random, blobs, directory, open_with, reader, refusal, session};

const SIZE: usize = 1_500_000;
/// A slice is checked in pieces of this many bytes.
const PIECE: usize = 64 * 1024;
const MUTANTS: u64 = 60;

fn value(seed: u64) -> Vec<u8> {
    Random(seed).bytes(SIZE as u64)
}

struct Hurt {
    temporary: tempfile::TempDir,
    larder: Larder,
    /// The file of `k`.
    blob: PathBuf,
}

impl Hurt {
    /// A workspace with a large value at `k`, one at `beside` and a small one, and the file of the first.
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let larder = open_with(temporary.path(), &Options::default());
        let session = session(&larder, "w", "p");
        block_on(session.set("k", value(1))).unwrap();
        let [blob] = blobs(temporary.path(), "w").try_into().unwrap();
        block_on(session.set("beside", value(2))).unwrap();
        block_on(session.set("small", "v")).unwrap();
        Self { temporary, larder, blob }
    }

    fn session(&self) -> Session {
        session(&self.larder, "w", "p")
    }

    fn other_blob(&self) -> PathBuf {
        blobs(self.temporary.path(), "w").into_iter().find(|blob| *blob != self.blob).unwrap()
    }
}

/// Whatever is done to one value, it is right or said to be damaged, in every way to read it, and the others are right.
fn only_k_is_hurt(path: &Path, session: &Session, what: &str) {
    match block_on(session.get("k")) {
        Ok(told) => assert!(told == Some(value(1)), "{what}: wrong bytes"),
        Err(error) => assert!(matches!(error, Error::Damaged), "{what}: {error:?}"),
    }
    let whole = value(1);
    match block_on(session.open(Address::private("k"))) {
        Ok(reader) => {
            let reader = reader.unwrap();
            for offset in (0..SIZE).step_by(50_000) {
                match block_on(reader.read(offset as u64, 60_000)) {
                    Ok(slice) => assert!(slice == whole[offset..SIZE.min(offset + 60_000)], "{what}: wrong slice"),
                    Err(error) => assert!(matches!(error, Error::Damaged), "{what}: {error:?}"),
                }
            }
        }
        Err(error) => assert!(matches!(error, Error::Damaged), "{what}: {error:?}"),
    }
    others_are_whole(session, what);
    let beside = reader(path);
    others_are_whole(&support::session(&beside, "w", "p"), what);
}

fn others_are_whole(session: &Session, what: &str) {
    assert!(block_on(session.get("beside")).unwrap() == Some(value(2)), "{what}");
    assert_eq!(block_on(session.get("small")).unwrap(), Some(b"v".to_vec()), "{what}");
    assert_eq!(block_on(session.private().keys("", None, 9)).unwrap().keys, ["beside", "k", "small"], "{what}");
}

/// Every way to read the whole value says that it is damaged.
fn is_told(session: &Session, what: &str) {
    let at = Address::private("k");
    let told = [
        refusal(block_on(session.get("k"))),
        refusal(block_on(session.entry(at))),
        refusal(block_on(session.get_many(&[at]))),
        refusal(block_on(session.private().items("k", None, 1))),
        refusal(block_on(session.again().with_commit(Commit::WholeCall).get("k"))),
    ];
    assert_eq!(told, ["Damaged"; 5], "{what}");
}

#[test]
fn any_change_to_the_file() {
    let hurt = Hurt::new();
    let original = fs::read(&hurt.blob).unwrap();
    let mut random = Random(3);
    let mut damaged = 0;
    for number in 0..MUTANTS {
        let mut bytes = original.clone();
        // The ends are where a header or a list of sums would be.
        let at = match number % 4 {
            0 => random.below(512),
            1 => bytes.len() as u64 - 1 - random.below(512),
            _ => random.below(bytes.len() as u64),
        } as usize;
        let what = match number % 6 {
            0..3 => {
                bytes[at] ^= 1 << random.below(8);
                format!("a bit flipped in byte {at}")
            }
            3 => {
                bytes.truncate(at);
                format!("cut to {at} bytes")
            }
            4 => {
                let end = bytes.len().min(at + PIECE);
                bytes[at..end].fill(0);
                format!("zeroed from {at}")
            }
            _ => {
                let from = at / PIECE * PIECE % (bytes.len() - 2 * PIECE);
                let to = (from + PIECE) % (bytes.len() - 2 * PIECE) / PIECE * PIECE;
                bytes.copy_within(from..from + PIECE, to);
                format!("the piece at {from} copied over the one at {to}")
            }
        };
        fs::write(&hurt.blob, &bytes).unwrap();
        only_k_is_hurt(hurt.temporary.path(), &hurt.session(), &what);
        if bytes != original {
            damaged += u32::from(block_on(hurt.session().get("k")).is_err());
        }
    }
    assert!(u64::from(damaged) > MUTANTS * 3 / 4, "only {damaged} mutants were refused");
    fs::write(&hurt.blob, &original).unwrap();
    assert!(block_on(hurt.session().get("k")).unwrap() == Some(value(1)));
}

#[test]
fn a_slice_that_is_whole_can_be_read() {
    let hurt = Hurt::new();
    let mut bytes = fs::read(&hurt.blob).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&hurt.blob, &bytes).unwrap();
    is_told(&hurt.session(), "a bit in the middle");
    let reader = block_on(hurt.session().open(Address::private("k"))).unwrap().unwrap();
    assert_eq!(reader.size(), SIZE as u64);
    let whole = value(1);
    let mut refused = 0;
    for offset in (0..SIZE).step_by(PIECE) {
        match block_on(reader.read(offset as u64, PIECE as u32)) {
            Ok(slice) => assert!(slice == whole[offset..SIZE.min(offset + PIECE)]),
            Err(error) => {
                assert!(matches!(error, Error::Damaged), "{error:?}");
                assert!(offset.abs_diff(middle) < 2 * PIECE, "{offset} is far from the damage");
                refused += 1;
            }
        }
    }
    assert!((1..=2).contains(&refused), "{refused}");
}

#[test]
fn a_page_that_does_not_show_it_is_whole() {
    let hurt = Hurt::new();
    fs::remove_file(&hurt.blob).unwrap();
    for commit in [Commit::EachOperation, Commit::WholeCall] {
        let session = hurt.session().with_commit(commit);
        let store = session.private();
        let page = block_on(store.items("", None, 1)).unwrap();
        assert_eq!(page.items.iter().map(|item| item.key.as_str()).collect::<Vec<_>>(), ["beside"], "{commit:?}");
        assert_eq!(refusal(block_on(store.items("", None, 2))), "Damaged", "{commit:?}");
    }
}

#[test]
fn files_in_each_others_place() {
    let hurt = Hurt::new();
    let other = hurt.other_blob();
    let aside = hurt.temporary.path().join("aside");
    fs::rename(&hurt.blob, &aside).unwrap();
    fs::rename(&other, &hurt.blob).unwrap();
    fs::rename(&aside, &other).unwrap();
    is_told(&hurt.session(), "swapped");
    assert_eq!(refusal(block_on(hurt.session().get("beside"))), "Damaged");
    assert_eq!(block_on(hurt.session().get("small")).unwrap(), Some(b"v".to_vec()));
}

/// Also where it was that key's own.
#[test]
fn a_file_of_an_older_value() {
    let hurt = Hurt::new();
    let old = fs::read(&hurt.blob).unwrap();
    block_on(hurt.session().set("k", value(7))).unwrap();
    support::eventually("the old file is gone", || blobs(hurt.temporary.path(), "w").len() == 2);
    let other = block_on(hurt.session().get("beside")).unwrap();
    for blob in blobs(hurt.temporary.path(), "w") {
        let kept = fs::read(&blob).unwrap();
        fs::write(&blob, &old).unwrap();
        let told = block_on(hurt.session().get("k"));
        let beside = block_on(hurt.session().get("beside"));
        assert!(told.is_err() != beside.is_err(), "one of them has lost its file");
        assert!(told.is_err() || told.unwrap() == Some(value(7)), "the old value came back");
        assert!(beside.is_err() || beside.unwrap() == other);
        fs::write(&blob, kept).unwrap();
    }
}

#[test]
fn a_file_of_another_workspace() {
    let hurt = Hurt::new();
    let session = session(&hurt.larder, "v", "p");
    block_on(session.set("k", value(1))).unwrap();
    let [foreign] = blobs(hurt.temporary.path(), "v").try_into().unwrap();
    fs::copy(foreign, &hurt.blob).unwrap();
    is_told(&hurt.session(), "the same value of another workspace");
}

#[test]
fn no_file_or_something_else_in_its_place() {
    type Deed = fn(&Path);
    let deeds: [(&str, Deed); 5] = [
        ("nothing", |_| {}),
        ("an empty file", |blob| fs::write(blob, "").unwrap()),
        ("a directory", |blob| fs::create_dir(blob).unwrap()),
        ("a link", |blob| {
            let aside = blob.parent().unwrap().parent().unwrap().join("aside");
            std::os::unix::fs::symlink(aside, blob).unwrap();
        }),
        ("a pipe", |blob| {
            assert!(std::process::Command::new("mkfifo").arg(blob).status().unwrap().success());
        }),
    ];
    for (what, deed) in deeds {
        let hurt = Hurt::new();
        // Kept where the link leads, so that following it would be noticed.
        fs::rename(&hurt.blob, directory(hurt.temporary.path(), "w").join("aside")).unwrap();
        deed(&hurt.blob);
        assert!(block_on(hurt.session().get("k")).is_err(), "{what}");
        others_are_whole(&hurt.session(), what);
        if matches!(what, "nothing" | "an empty file") {
            is_told(&hurt.session(), what);
        }
        block_on(hurt.session().set("k", value(9))).unwrap();
        assert!(block_on(hurt.session().get("k")).unwrap() == Some(value(9)), "{what}: it can be written anew");
        block_on(hurt.session().delete("k")).unwrap();
        assert_eq!(block_on(hurt.session().get("k")).unwrap(), None, "{what}");
    }
}

/// What can be known without the bytes is still known, and what is damaged can be removed.
#[test]
fn what_is_damaged_can_be_listed_and_removed() {
    let hurt = Hurt::new();
    fs::remove_file(&hurt.blob).unwrap();
    let session = hurt.session();
    assert!(block_on(session.private().exists("k")).unwrap());
    let usage = block_on(session.private().usage()).unwrap();
    assert_eq!(usage.keys, 3);
    block_on(session.delete("k")).unwrap();
    assert_eq!(block_on(session.private().usage()).unwrap().bytes, usage.bytes - (SIZE + 1 + 64) as u64);
    assert!(block_on(session.get("beside")).unwrap() == Some(value(2)));
}
