//! Readers and writers behave as files do, and cost few calls to the host.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::io::{self, BufRead, ErrorKind, Read, Seek, SeekFrom, Write};

use larder::fake::{self, Grant, Limits};
use larder::{Address, CreateOptions, Error, Excess, Expectation, Reader, Unit, atomic, storage, streams};

fn open(key: &str) -> Reader {
    streams::open(key).unwrap().unwrap()
}

/// Bytes of which no stretch of some length comes twice.
fn bytes(count: usize) -> Vec<u8> {
    (0..count as u32).flat_map(|number| number.to_le_bytes()).take(count).collect()
}

/// Whether the next call to the host is still the one that was planned to fail.
fn planned_failure_is_still_there() -> bool {
    storage::exists("").is_err()
}

#[test]
fn what_is_written_in_pieces_of_any_size_is_read_in_pieces_of_any_size() {
    let value = bytes(300_001);
    for chunk_bytes in [1, 1000, 65_536, 1_048_576] {
        fake::set_limits(Limits { chunk_bytes, ..Limits::default() });
        for piece in [7, 1000, 65_535, 65_536, 70_000, 300_001] {
            let mut writer = streams::create("k").unwrap();
            for piece in value.chunks(piece) {
                writer.write_all(piece).unwrap();
            }
            writer.finish().unwrap().unwrap();
            assert!(storage::get("k").unwrap().unwrap() == value, "written {piece} bytes at a time");

            let mut reader = open("k");
            assert_eq!(reader.size(), value.len() as u64);
            let mut read = vec![0; value.len()];
            for piece in read.chunks_mut(piece) {
                reader.read_exact(piece).unwrap();
            }
            assert!(read == value, "read {piece} bytes at a time");
            assert_eq!(reader.read(&mut [0]).unwrap(), 0);
        }
        let mut read = Vec::new();
        assert_eq!(open("k").read_to_end(&mut read).unwrap(), value.len());
        assert!(read == value);
    }
}

#[test]
fn a_reader_goes_where_it_is_told() {
    let value = bytes(200_000);
    storage::set("k", &value).unwrap();
    let mut reader = open("k");
    let mut four = [0; 4];
    let places = [
        (SeekFrom::Start(100_000), 100_000),
        (SeekFrom::Current(-50_004), 50_000),
        (SeekFrom::Current(6), 50_010),
        (SeekFrom::End(-4), 199_996),
        (SeekFrom::Start(0), 0),
    ];
    for (place, position) in places {
        assert_eq!(reader.seek(place).unwrap(), position);
        assert_eq!(reader.stream_position().unwrap(), position);
        reader.read_exact(&mut four).unwrap();
        assert_eq!(four, value[position as usize..][..4]);
    }
    assert_eq!(reader.read_at(&mut four, 123_456).unwrap(), 4);
    assert_eq!(four, value[123_456..][..4]);
    assert_eq!(reader.stream_position().unwrap(), 4, "where it was");
    reader.seek_relative(100).unwrap();
    assert_eq!(reader.stream_position().unwrap(), 104);

    let mut rest = Vec::new();
    reader.seek(SeekFrom::End(-3)).unwrap();
    assert_eq!(reader.read_to_end(&mut rest).unwrap(), 3);
    for (place, left) in [(SeekFrom::End(0), 0), (SeekFrom::End(5), 0), (SeekFrom::Start(u64::MAX), 0)] {
        reader.seek(place).unwrap();
        assert_eq!(reader.read_to_end(&mut rest).unwrap(), left);
    }
    assert_eq!(reader.read_at(&mut four, u64::MAX).unwrap(), 0);
    assert_eq!(reader.read_at(&mut four, 199_999).unwrap(), 1);
    let error = reader.seek(SeekFrom::End(-200_001)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn lines_and_text_are_read_as_from_a_file() {
    storage::set("k", "one\ntwo\nthree").unwrap();
    let lines: Vec<_> = open("k").lines().map(Result::unwrap).collect();
    assert_eq!(lines, ["one", "two", "three"]);
    assert_eq!(io::read_to_string(open("k")).unwrap(), "one\ntwo\nthree");
    let mut copy = streams::create("copy").unwrap();
    assert_eq!(io::copy(&mut open("k"), &mut copy).unwrap(), 13);
    copy.finish().unwrap();
    assert_eq!(storage::get("copy"), storage::get("k"));
}

#[test]
fn a_reader_has_the_value_as_it_was_when_opened() {
    storage::set("k", "before").unwrap();
    let version = atomic::entry("k").unwrap().unwrap().version;
    let (mut replaced, mut deleted) = (open("k"), open("k"));
    storage::set("k", "after, and longer").unwrap();
    assert_eq!(io::read_to_string(&mut replaced).unwrap(), "before");
    storage::delete("k").unwrap();
    assert_eq!(io::read_to_string(&mut deleted).unwrap(), "before");
    assert_eq!((replaced.version(), deleted.size()), (version, 6));
}

#[test]
fn small_pieces_do_not_cost_a_call_each() {
    let mut writer = streams::create("k").unwrap();
    fake::fail_next(Error::Unavailable);
    for _ in 0..65_536 {
        writer.write_all(b"x").unwrap();
    }
    let full = writer.write_all(b"x").unwrap_err();
    assert_eq!(Error::from(full), Error::Unavailable, "the first call was that of the full buffer");
    writer.write_all(b"x").unwrap();
    writer.finish().unwrap();
    assert_eq!(storage::get("k").unwrap().unwrap().len(), 65_537, "nothing was lost, or written twice");

    let mut reader = open("k");
    reader.read_exact(&mut [0]).unwrap();
    fake::fail_next(Error::Unavailable);
    reader.read_exact(&mut vec![0; 65_535]).unwrap();
    assert!(reader.read_exact(&mut [0]).is_err());
    assert!(!planned_failure_is_still_there());
}

#[test]
fn a_writer_that_is_dropped_never_was_and_calls_nobody() {
    storage::set("k", "before").unwrap();
    let mut writer = streams::create("k").unwrap();
    writer.write_all(&[0; 100_000]).unwrap();
    writer.write_all(b"in the buffer").unwrap();
    fake::fail_next(Error::Unavailable);
    drop(writer);
    assert!(planned_failure_is_still_there());
    assert_eq!(storage::get("k").unwrap().unwrap(), b"before");
    assert_eq!(storage::usage().unwrap().bytes, 71);
}

#[test]
fn a_value_is_there_when_it_is_finished_and_not_before() {
    let mut writer = streams::create("k").unwrap();
    writer.write_all(b"value").unwrap();
    writer.flush().unwrap();
    assert!(!storage::exists("k").unwrap());
    let version = writer.finish().unwrap().unwrap();
    assert_eq!(atomic::entry("k").unwrap().unwrap().version, version);
    streams::create("empty").unwrap().finish().unwrap();
    assert_eq!(storage::get("empty").unwrap().unwrap(), b"");
}

#[test]
fn a_condition_is_looked_at_in_the_end() {
    let writer = || CreateOptions::new().only_if(Expectation::Absent).create("k").unwrap();
    let (first, second) = (writer(), writer());
    assert!(first.finish().unwrap().is_some());
    assert_eq!(second.finish().unwrap(), None);

    let before = atomic::entry("k").unwrap();
    let unchanged = CreateOptions::new().only_if(&before).create("k").unwrap();
    fake::before_next_commit(|| storage::set("k", "from elsewhere").unwrap());
    assert_eq!(unchanged.finish().unwrap(), None);
    assert_eq!(storage::get("k").unwrap().unwrap(), b"from elsewhere");
}

#[test]
fn bytes_of_an_unfinished_writer_are_kept_free_and_not_shown() {
    fake::set_limits(Limits { store_bytes: 1000, ..Limits::default() });
    let quota = |limit, actual| Err(Error::QuotaExceeded(Excess { unit: Unit::Bytes, limit, actual }));
    let mut writer = streams::create("w").unwrap();
    writer.write_all(&[0; 535]).unwrap();
    writer.flush().unwrap();
    // 535 bytes, one of the key, and 64.
    assert_eq!(storage::usage().unwrap().bytes, 0);
    assert_eq!(storage::set("k", [0; 336]), quota(400, 401));
    let mut other = streams::create("o").unwrap();
    other.write_all(&[0; 336]).unwrap();
    assert_eq!(other.flush().map_err(Error::from), quota(400, 401));
    drop(other);

    writer.write_all(&[0; 400]).unwrap();
    writer.finish().unwrap();
    assert_eq!(storage::usage().unwrap().bytes, 1000);
    let mut again = streams::create("w").unwrap();
    again.write_all(&[0; 935]).unwrap();
    again.flush().unwrap();
    again.write_all(b"x").unwrap();
    assert_eq!(again.flush().map_err(Error::from), quota(1000, 1001));
    storage::set("w", "").unwrap();
    assert_eq!(storage::set("k", [0; 936]), quota(1000, 1066));
}

#[test]
fn they_are_kept_free_in_the_workspace_too() {
    fake::set_limits(Limits { workspace_bytes: 1000, ..Limits::default() });
    fake::grant_shared(Grant::write());
    let mut writer = streams::create(Address::shared("w")).unwrap();
    writer.write_all(&[0; 535]).unwrap();
    writer.flush().unwrap();
    let excess = Excess { unit: Unit::Bytes, limit: 400, actual: 401 };
    assert_eq!(storage::set("k", [0; 336]), Err(Error::QuotaExceeded(excess)));
    storage::set("k", [0; 335]).unwrap();
    writer.finish().unwrap();
}

#[test]
fn a_chunk_is_no_larger_than_is_allowed() {
    fake::set_limits(Limits { chunk_bytes: 10, ..Limits::default() });
    let mut writer = streams::create("k").unwrap();
    writer.write_all(&[0; 100]).unwrap();
    writer.finish().unwrap();
    let reader = open("k");
    assert_eq!(reader.read_at(&mut [0; 100], 0).unwrap(), 10);
    // A host that allows less than it said.
    let mut writer = streams::create("k").unwrap();
    fake::set_limits(Limits { chunk_bytes: 9, ..Limits::default() });
    let error = writer.write_all(&[0; 10]).unwrap_err();
    let excess = Excess { unit: Unit::Bytes, limit: 9, actual: 10 };
    assert_eq!(Error::from(error), Error::BatchTooLarge(excess));
}
