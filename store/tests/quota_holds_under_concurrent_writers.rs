//! However many write at once, no store and no workspace ever holds more than it may, and nothing acknowledged is missing.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use larder_store::{Action, Address, Change, Commit, Error, Grant, Larder, Limits, Options, Session, Store, StoreId};
use pollster::block_on;
use support::{HandClock, Random, limited, on_each_engine, session, timed, writer};

const PLUGINS: [&str; 2] = ["a", "b"];

fn cramped() -> Limits {
    Limits { store_bytes: 6_000, store_keys: 40, workspace_bytes: 9_000, ..Limits::default() }
}

/// Writes for ever so long in keys of its own, and says what it knows to be there.
fn write(larder: &Larder, plugin: &str, thread: u64) -> BTreeMap<String, Vec<u8>> {
    let session = limited(larder, "w", plugin, cramped());
    let mut random = Random(thread);
    let mut known = BTreeMap::new();
    for _ in 0..80 {
        let key = format!("{thread}/{}", random.below(12));
        if random.below(5) == 0 {
            block_on(session.delete(&key)).unwrap();
            known.remove(&key);
            continue;
        }
        let size = random.below(600);
        let value = random.bytes(size);
        match block_on(session.set(&key, value.clone())) {
            Ok(()) => drop(known.insert(key, value)),
            Err(Error::QuotaExceeded(excess)) => assert!(excess.actual > excess.limit, "{excess:?}"),
            Err(error) => panic!("{error}"),
        }
    }
    known
}

/// What is held is read from one state of the workspace, so that the sum is of one moment.
fn look(larder: &Larder) {
    let held = block_on(larder.plugins(&"w".parse().unwrap())).unwrap();
    let limits = cramped();
    assert!(
        held.iter().all(|(_, held)| held.bytes <= limits.store_bytes && held.keys <= limits.store_keys),
        "{held:?}"
    );
    assert!(held.iter().map(|(_, held)| held.bytes).sum::<u64>() <= limits.workspace_bytes, "{held:?}");
}

fn writers_stay_within_their_quotas(larder: &Larder, beside: &Larder) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for larder in [larder, beside] {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    look(larder);
                }
            });
        }
        let writers: Vec<_> = (0..8_u64)
            .map(|thread| {
                let plugin = PLUGINS[thread as usize % 2];
                scope.spawn(move || (plugin, write(larder, plugin, thread)))
            })
            .collect();
        let mut stores: BTreeMap<&str, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
        for writer in writers {
            let (plugin, known) = writer.join().unwrap();
            stores.entry(plugin).or_default().extend(known);
        }
        done.store(true, Ordering::Relaxed);
        for (plugin, known) in stores {
            let session = limited(larder, "w", plugin, cramped());
            let usage = block_on(session.private().usage()).unwrap();
            assert_eq!(usage.keys, known.len() as u64);
            assert_eq!(
                usage.bytes,
                known.iter().map(|(key, value)| (key.len() + value.len() + 64) as u64).sum::<u64>()
            );
            assert!(block_on(session.private().keys("", None, 1000)).unwrap().keys.iter().eq(known.keys()));
            for (key, value) in known {
                assert_eq!(block_on(session.get(&key)).unwrap(), Some(value));
            }
        }
    });
}

#[test]
fn in_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    writers_stay_within_their_quotas(&writer(directory.path()), &support::reader(directory.path()));
}

#[test]
fn in_memory() {
    let larder = Larder::in_memory(Default::default());
    writers_stay_within_their_quotas(&larder, &larder.clone());
}

#[test]
fn of_many_that_race_for_the_last_place_one_gets_it() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    let limits = Limits { store_keys: 1, ..Limits::default() };
    let outcomes: Vec<_> = thread::scope(|scope| {
        let racers = (0..16).map(|racer| {
            let session = limited(&larder, "w", "p", limits.clone());
            scope.spawn(move || block_on(session.set(&racer.to_string(), "mine")))
        });
        racers.collect::<Vec<_>>().into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(()) | Err(Error::QuotaExceeded(_)))), "{outcomes:?}");
}

#[test]
fn distinct_keys_written_at_once_are_all_there() {
    let directory = tempfile::tempdir().unwrap();
    let larder = writer(directory.path());
    thread::scope(|scope| {
        for thread in 0..16 {
            let session = session(&larder, "w", PLUGINS[thread % 2]);
            scope.spawn(move || (0..20).for_each(|n| block_on(session.set(&format!("{thread}/{n}"), "v")).unwrap()));
        }
    });
    drop(larder);
    let larder = writer(directory.path());
    for plugin in PLUGINS {
        let usage = block_on(session(&larder, "w", plugin).private().usage()).unwrap();
        assert_eq!(usage.keys, 8 * 20);
        assert_eq!(block_on(session(&larder, "w", plugin).private().keys("", None, 1000)).unwrap().keys.len(), 8 * 20);
    }
}

/// Does what a plugin may do to a store, in any way; a refusal for the quota or a conflict is as good as any other answer.
async fn meddle(session: &Session, random: &mut Random) -> Result<(), Error> {
    let store = *random.pick(&[Store::Private, Store::Private, Store::Shared]);
    let key = random.below(20).to_string();
    let (at, size) = (Address { store, key: &key }, random.below(900));
    let value = random.bytes(size);
    let expires_in = Duration::from_millis(1 + random.below(40));
    match random.below(9) {
        0..2 => session.store(store).set(&key, value).await,
        2 => session.store(store).set_expiring(&key, value, expires_in).await,
        3 => session.store(store).delete(&key).await,
        4 => session.store(store).delete_prefix(&key[..1]).await.map(drop),
        5 => {
            let other = Address { key: "20", ..at };
            let set = |at, value| Change { at, action: Action::Set(value) };
            session.apply(&[], vec![set(at, value.clone()), set(other, value)]).await.map(drop)
        }
        6 => session.increment(Address { key: "count", ..at }, 1).await.map(drop),
        _ => {
            let mut writer = session.create(at, None, Some(expires_in)).await?;
            for chunk in value.chunks(200) {
                writer.write(chunk).await?;
            }
            writer.finish().await.map(drop)
        }
    }
}

async fn meddle_in_a_whole_call(session: &Session, random: &mut Random) -> Result<(), Error> {
    let call = session.again().with_commit(Commit::WholeCall);
    for _ in 0..random.below(4) {
        match meddle(&call, random).await {
            Err(Error::QuotaExceeded(_)) => {}
            told => told?,
        }
    }
    call.commit().await
}

/// What all stores hold at one moment.
fn look_at_all(larder: &Larder) {
    let Some(snapshot) = block_on(larder.snapshot(&"w".parse().unwrap())).unwrap() else { return };
    let (stores, limits) = (snapshot.stores(), cramped());
    for (store, held) in stores {
        let most = if *store == StoreId::Shared { limits.workspace_bytes } else { limits.store_bytes };
        assert!(held.bytes <= most && held.keys <= limits.store_keys, "{store}: {held:?}");
    }
    assert!(stores.iter().map(|(_, held)| held.bytes).sum::<u64>() <= limits.workspace_bytes, "{stores:?}");
}

/// What a store holds by its own word, and what it holds one by one.
fn adds_up(session: &Session) {
    for store in [Store::Private, Store::Shared] {
        let items = block_on(session.store(store).items("", None, 1000)).unwrap().items;
        let usage = block_on(session.store(store).usage()).unwrap();
        assert_eq!(usage.keys, items.len() as u64);
        assert_eq!(usage.bytes, items.iter().map(|item| (item.key.len() + item.value.len() + 64) as u64).sum::<u64>());
    }
}

#[test]
fn however_they_write_and_while_values_expire() {
    let clock = HandClock::at(1 << 40);
    on_each_engine(&timed(&clock), |larder| {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    look_at_all(larder);
                    let usage = block_on(limited(larder, "w", "a", cramped()).private().usage()).unwrap();
                    assert!(usage.bytes <= usage.quota_bytes && usage.keys <= usage.quota_keys, "{usage:?}");
                    clock.forward(1);
                }
            });
            let writers: Vec<_> = (0..6_u64)
                .map(|thread| {
                    let session =
                        limited(larder, "w", PLUGINS[thread as usize % 2], cramped()).with_grant(Grant::write());
                    scope.spawn(move || {
                        let mut random = Random(thread);
                        for number in 0..80 {
                            let told = match number % 4 {
                                0 => block_on(meddle_in_a_whole_call(&session, &mut random)),
                                _ => block_on(meddle(&session, &mut random)),
                            };
                            match told {
                                Ok(()) | Err(Error::QuotaExceeded(_) | Error::Conflict) => {}
                                Err(error) => panic!("{error}"),
                            }
                        }
                    })
                })
                .collect();
            writers.into_iter().for_each(|writer| writer.join().unwrap());
            done.store(true, Ordering::Relaxed);
        });
        for plugin in PLUGINS {
            adds_up(&limited(larder, "w", plugin, Limits::default()).with_grant(Grant::write()));
        }
        clock.forward(1000);
        block_on(larder.close()).unwrap();
        for plugin in PLUGINS {
            adds_up(&limited(larder, "w", plugin, Limits::default()).with_grant(Grant::write()));
        }
    });
}

/// Streams reserve what they have written: of many that would not fit together, none finds at its end that it does not.
#[test]
fn what_streams_have_written_has_a_place() {
    on_each_engine(&Options::default(), |larder| {
        let limits = Limits { store_bytes: 100_000, workspace_bytes: 150_000, ..Limits::default() };
        thread::scope(|scope| {
            for thread in 0..6_usize {
                let session = limited(larder, "w", PLUGINS[thread % 2], limits.clone());
                scope.spawn(move || {
                    for round in 0..10 {
                        let key = format!("{thread}/{round}");
                        let mut writer = block_on(session.create(Address::private(&key), None, None)).unwrap();
                        let wrote = (0..5).try_for_each(|_| block_on(writer.write([1; 9_000])));
                        match wrote {
                            Ok(()) if round % 3 == 0 => drop(writer),
                            Ok(()) => drop(block_on(writer.finish()).unwrap().unwrap()),
                            Err(Error::QuotaExceeded(excess)) => assert!(excess.actual > excess.limit, "{excess:?}"),
                            Err(error) => panic!("{error}"),
                        }
                        let usage = block_on(session.private().usage()).unwrap();
                        assert!(usage.bytes <= usage.quota_bytes, "{usage:?}");
                        block_on(session.delete(&key)).unwrap();
                    }
                });
            }
        });
    });
}
