//! A session has no more readers and writers open than it may, nor has a larder; one that closes makes room.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use larder_store::{Address, Error, Larder, Limits, Options, Reader, Session, Writer};
use pollster::block_on;
use support::{handles, limited, on_each_engine, refusal, session};

fn open(session: &Session) -> Result<Reader, Error> {
    block_on(session.open(Address::private("k"))).map(Option::unwrap)
}

fn create(session: &Session) -> Result<Writer, Error> {
    block_on(session.create(Address::private("new"), None, None))
}

fn too_many(limit: u64, actual: u64) -> String {
    format!("{:?}", Error::TooManyOpen(handles(limit, actual)))
}

fn furnished(larder: &Larder, limits: Limits) -> Session {
    let session = limited(larder, "w", "p", limits);
    block_on(session.set("k", "v")).unwrap();
    session
}

#[test]
fn sixteen_in_a_session_unless_the_host_says_otherwise() {
    on_each_engine(&Options::default(), |larder| {
        for (limits, most) in [(Limits::default(), 16), (Limits { open_handles: 3, ..Limits::default() }, 3)] {
            let session = furnished(larder, limits);
            let readers: Vec<_> = (0..most - 1).map(|_| open(&session).unwrap()).collect();
            let writer = create(&session).unwrap();
            assert_eq!(refusal(open(&session)), too_many(most, most + 1));
            assert_eq!(refusal(create(&session)), too_many(most, most + 1));
            drop(open(&session.again()).unwrap());
            assert_eq!(block_on(session.get("k")).unwrap(), Some(b"v".to_vec()), "what needs no handle goes on");
            block_on(writer.finish()).unwrap().unwrap();
            let last = create(&session).unwrap();
            assert_eq!(refusal(open(&session)), too_many(most, most + 1));
            drop(last);
            drop(open(&session).unwrap());
            drop(readers);
        }
    });
}

#[test]
fn none_where_the_host_says_so() {
    let session = furnished(&Larder::in_memory(Options::default()), Limits { open_handles: 0, ..Limits::default() });
    assert_eq!(refusal(open(&session)), too_many(0, 1));
    assert_eq!(refusal(create(&session)), too_many(0, 1));
}

#[test]
fn two_hundred_and_fifty_six_in_a_larder_unless_the_host_says_otherwise() {
    let mut few = Options::default();
    few.open_handles = 20;
    for (options, most) in [(Options::default(), 256_u64), (few, 20)] {
        on_each_engine(&options, |larder| {
            drop(furnished(larder, Limits::default()));
            let sessions: Vec<_> = (0..most.div_ceil(15)).map(|_| session(larder, "w", "p")).collect();
            let mut readers: Vec<_> = (0..most).map(|n| open(&sessions[n as usize / 15]).unwrap()).collect();
            let elsewhere = session(larder, "v", "q");
            assert_eq!(refusal(create(&elsewhere)), too_many(most, most + 1), "in another workspace, too");
            assert_eq!(refusal(open(&session(larder, "w", "p"))), too_many(most, most + 1));
            readers.pop();
            drop(create(&elsewhere).unwrap());
            drop(open(&session(larder, "w", "p")).unwrap());
        });
    }
}

/// A refusal to open, or to find nothing, takes no place.
#[test]
fn what_is_not_opened_takes_no_place() {
    on_each_engine(&Options::default(), |larder| {
        let session = furnished(larder, Limits { open_handles: 1, key_bytes: 8, ..Limits::default() });
        for _ in 0..3 {
            assert!(block_on(session.open(Address::private("none"))).unwrap().is_none());
            assert!(block_on(session.open(Address::private("far too long"))).is_err());
            assert!(block_on(session.create(Address::private("far too long"), None, None)).is_err());
            assert!(block_on(session.create(Address::shared("k"), None, None)).is_err());
        }
        drop(open(&session).unwrap());
    });
}
