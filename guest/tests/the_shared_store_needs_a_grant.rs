//! In the fake, the shared store is reached as far as is granted; what is outside is denied, never narrowed.

use std::time::Duration;

use larder::fake::{self, Grant};
use larder::{Address, CreateOptions, Error, atomic, shared, storage, streams};

type Call = fn(&str) -> Result<(), Error>;

const READS: [Call; 7] = [
    |key| shared::get(key).map(drop),
    |key| shared::exists(key).map(drop),
    |key| shared::keys(key, None, 1).map(drop),
    |key| shared::items(key, Some(""), 1).map(drop),
    |key| atomic::entry(Address::shared(key)).map(drop),
    |key| atomic::commit().check_absent(Address::shared(key)).send().map(drop),
    |key| streams::open(Address::shared(key)).map(drop),
];

const WRITES: [Call; 7] = [
    |key| shared::set(key, ""),
    |key| shared::set_expiring(key, "", Duration::from_secs(1)),
    |key| shared::delete(key),
    |key| shared::delete_prefix(key).map(drop),
    |key| atomic::commit().delete(Address::shared(key)).send().map(drop),
    |key| atomic::increment(Address::shared(key), 1).map(drop),
    |key| CreateOptions::new().create(Address::shared(key)).map(drop),
];

#[test]
fn each_call_is_denied_where_it_is_not_granted() {
    let grants = [
        (Grant::none(), [false, false, false, false]),
        (Grant::read(), [true, false, true, false]),
        (Grant::write(), [true, true, true, true]),
        (Grant::read().within("mine/"), [true, false, false, false]),
        (Grant::write().within("mine/"), [true, true, false, false]),
    ];
    for (grant, [read_mine, write_mine, read_others, write_others]) in grants {
        fake::grant_shared(grant.clone());
        let cases = [
            (READS, "mine/k", read_mine),
            (WRITES, "mine/k", write_mine),
            (READS, "mine", read_others),
            (WRITES, "mine", write_others),
            (READS, "", read_others),
            (WRITES, "", write_others),
        ];
        for (calls, key, allowed) in cases {
            for (number, call) in calls.into_iter().enumerate() {
                let answer = call(key);
                let expected = if allowed { Ok(()) } else { Err(Error::AccessDenied) };
                assert_eq!(answer, expected, "call {number} of {key:?} with {grant:?}");
                if allowed {
                    fake::grant_shared(Grant::write());
                    shared::delete_prefix("").unwrap();
                    fake::grant_shared(grant.clone());
                }
            }
        }
        let usage = shared::usage().map(drop);
        assert_eq!(usage, if read_others { Ok(()) } else { Err(Error::AccessDenied) }, "{grant:?}");
        assert_eq!(shared::limits(), storage::limits());
    }
}

#[test]
fn one_key_that_is_denied_denies_the_call() {
    fake::grant_shared(Grant::read().within("a"));
    assert_eq!(atomic::get_many([Address::shared("a"), Address::shared("b")]), Err(Error::AccessDenied));
    assert!(atomic::get_many([Address::shared("a"), Address::private("b")]).is_ok());
}

#[test]
fn the_two_stores_are_two() {
    fake::grant_shared(Grant::write());
    shared::set("k", "shared").unwrap();
    storage::set("k", "own").unwrap();
    assert_eq!(shared::get("k").unwrap().unwrap(), b"shared");
    assert_eq!(storage::get("k").unwrap().unwrap(), b"own");
    assert_eq!(storage::delete_prefix("").unwrap(), 1);
    assert!(shared::exists("k").unwrap());
}
