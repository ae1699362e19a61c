//! A session has no more readers and writers open than it may, nor has a workspace or a larder; one that closes makes room.

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
fn two_hundred_and_fifty_six_in_a_larder_and_a_quarter_of_them_in_a_workspace_unless_the_host_says_otherwise() {
    let mut few = Options::default();
    few.open_handles = 78;
    for (options, most) in [(Options::default(), 256_u64), (few, 78)] {
        on_each_engine(&options, |larder| {
            let of_workspace = most.div_ceil(4);
            let fill = |workspace: &str, count: u64| -> Vec<Reader> {
                block_on(session(larder, workspace, "p").set("k", "v")).unwrap();
                let sessions: Vec<_> = (0..count.div_ceil(15)).map(|_| session(larder, workspace, "p")).collect();
                (0..count).map(|number| open(&sessions[number as usize / 15]).unwrap()).collect()
            };
            let mut first = fill("a", of_workspace);
            for plugin in ["p", "q"] {
                let refused = refusal(create(&session(larder, "a", plugin)));
                assert_eq!(refused, too_many(of_workspace, of_workspace + 1));
            }
            let _others = [fill("b", of_workspace), fill("c", of_workspace), fill("d", most - 3 * of_workspace)];
            for _ in 0..=of_workspace {
                // It takes no place in its workspace either.
                assert_eq!(refusal(create(&session(larder, "e", "q"))), too_many(most, most + 1));
            }
            first.pop();
            drop(create(&session(larder, "e", "q")).unwrap());
            drop(create(&session(larder, "a", "q")).unwrap());
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
