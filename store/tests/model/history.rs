//! What histories are made of.

use larder_store::{Commit, Limits, Store};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::call::{At, Call, Deed, Expect, Listing};
use super::content::Content;
use super::session::{Granted, Terms};

/// Sessions that are there at once.
pub const SLOTS: usize = 3;

/// What happens in a history.
#[derive(Clone, Debug)]
pub enum Step {
    Call(usize, Call),
    /// Ends a session, with a commit if it is a whole call, and begins another on the same terms.
    End(usize),
    /// Begins a session in the place of another, of which nothing is kept.
    Begin(usize, Terms),
    Clock(Move),
    Reopen(Reopening),
    DeletePlugin(&'static str),
    LookAround,
}

/// How the host's clock moves, by milliseconds.
#[derive(Clone, Copy, Debug)]
pub enum Move {
    Forward(u64),
    Back(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reopening {
    /// Closed and dropped.
    Closed,
    Dropped,
}

const PLUGINS: [&str; 2] = ["a", "a/b"];
pub const KEYS: [&str; 10] = ["a", "b", "", "a/", "a/b", "A", "é", "e\u{301}", "\0", "zzzzzzzzz"];
const PREFIXES: [&str; 5] = ["", "a", "a/", "e", "zzzzzzzzz"];
const MIB: u64 = 1024 * 1024;

pub fn history(steps: usize) -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 1..steps)
}

/// The terms on which the sessions of a history begin, so that one without further ones means something.
pub fn first_terms(slot: usize) -> Terms {
    let commit = if slot == 1 { Commit::WholeCall } else { Commit::EachOperation };
    Terms { plugin: PLUGINS[slot / 2], granted: Granted::Writing(""), commit, limits: roomy() }
}

pub fn witness_terms() -> Terms {
    let (granted, commit) = (Granted::Nothing, Commit::EachOperation);
    Terms { plugin: "witness", granted, commit, limits: Limits::default() }
}

/// Large enough for some values of megabytes.
fn roomy() -> Limits {
    Limits {
        key_bytes: 8,
        value_bytes: 3 * MIB,
        batch_bytes: 2 * MIB,
        chunk_bytes: 700_000,
        open_handles: 4,
        store_bytes: 5 * MIB,
        workspace_bytes: 8 * MIB,
        ..Limits::default()
    }
}

fn limits() -> impl Strategy<Value = Limits> {
    let numbers = (40..140_u64, 1..6_u32, 0..200_u64, 1..60_u32, 1..4_u32, 0..900_u64, 0..8_u64, 0..1600_u64, 0..4_u64);
    let cramped = numbers.prop_map(
        |(
            value_bytes,
            batch_items,
            batch_bytes,
            chunk_bytes,
            open_handles,
            store_bytes,
            store_keys,
            workspace_bytes,
            delete_prefix_keys,
        )| Limits {
            key_bytes: 8,
            value_bytes,
            batch_items,
            batch_bytes,
            chunk_bytes,
            open_handles,
            store_bytes,
            store_keys,
            workspace_bytes,
            delete_prefix_keys,
            ..Limits::default()
        },
    );
    prop_oneof![1 => Just(roomy()), 2 => cramped]
}

fn terms() -> impl Strategy<Value = Terms> {
    let granted = select(vec![
        Granted::Writing(""),
        Granted::Writing(""),
        Granted::Writing("a"),
        Granted::Reading(""),
        Granted::Reading("a/"),
        Granted::Nothing,
    ]);
    let commit = select(vec![Commit::EachOperation, Commit::WholeCall]);
    (select(&PLUGINS[..]), granted, commit, limits()).prop_map(|(plugin, granted, commit, limits)| Terms {
        plugin,
        granted,
        commit,
        limits,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let slot = 0..SLOTS;
    prop_oneof![
        40 => (slot.clone(), call()).prop_map(|(slot, call)| Step::Call(slot, call)),
        3 => slot.clone().prop_map(Step::End),
        2 => (slot, terms()).prop_map(|(slot, terms)| Step::Begin(slot, terms)),
        3 => clock().prop_map(Step::Clock),
        1 => select(vec![Reopening::Closed, Reopening::Dropped]).prop_map(Step::Reopen),
        1 => select(&PLUGINS[..]).prop_map(Step::DeletePlugin),
        1 => Just(Step::LookAround),
    ]
}

fn clock() -> impl Strategy<Value = Move> {
    let ms = select(vec![1_u64, 5, 50, 3_600_000]);
    prop_oneof![3 => ms.clone().prop_map(Move::Forward), 1 => ms.prop_map(Move::Back)]
}

fn call() -> impl Strategy<Value = Call> {
    let by = select(vec![1_i64, -1, 1000, i64::MAX, i64::MIN]);
    let listing = (store(), select(&PREFIXES[..]), option::of(key()), select(vec![0, 1, 2, 3, u32::MAX]))
        .prop_map(|(store, prefix, after, most)| Listing { store, prefix, after, most })
        .boxed();
    let checks = vec((at(), expect()), 0..3);
    let changes = vec((at(), deed()), 0..4);
    prop_oneof![
        10 => (at(), value()).prop_map(|(at, value)| Call::Set { at, value }),
        5 => (at(), value(), expiry()).prop_map(|(at, value, ms)| Call::SetExpiring { at, value, ms }),
        6 => at().prop_map(Call::Get),
        4 => at().prop_map(Call::Delete),
        2 => at().prop_map(Call::Exists),
        3 => listing.clone().prop_map(Call::Keys),
        3 => listing.prop_map(Call::Items),
        1 => (store(), select(&PREFIXES[..])).prop_map(|(store, prefix)| Call::DeletePrefix { store, prefix }),
        2 => store().prop_map(Call::Usage),
        4 => at().prop_map(Call::Entry),
        3 => vec(at(), 0..4).prop_map(Call::GetMany),
        8 => (checks, changes).prop_map(|(checks, changes)| Call::Apply { checks, changes }),
        4 => (at(), by).prop_map(|(at, by)| Call::Increment { at, by }),
        30 => streaming(),
    ]
}

fn streaming() -> impl Strategy<Value = Call> {
    let number = 0..3_usize;
    let offset = select(vec![0, 0, 1, 60, 65_536, 699_999, MIB, u64::MAX]);
    let most = select(vec![u32::MAX, 700_000, 1, 0]);
    prop_oneof![
        4 => at().prop_map(Call::Open),
        4 => (number.clone(), offset, most).prop_map(|(reader, offset, most)| Call::Read { reader, offset, most }),
        1 => number.clone().prop_map(|reader| Call::Close { reader }),
        5 => (at(), option::of(expect()), option::of(expiry()))
            .prop_map(|(at, expect, ms)| Call::Create { at, expect, ms }),
        8 => (number.clone(), chunk()).prop_map(|(writer, value)| Call::Write { writer, value }),
        3 => number.clone().prop_map(|writer| Call::Finish { writer }),
        1 => number.prop_map(|writer| Call::Abandon { writer }),
    ]
}

fn store() -> impl Strategy<Value = Store> {
    prop_oneof![2 => Just(Store::Private), 1 => Just(Store::Shared)]
}

/// Mostly of a few keys, so that calls meet.
fn key() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => select(&KEYS[..2]), 2 => select(&KEYS[..])]
}

fn at() -> impl Strategy<Value = At> {
    (store(), key()).prop_map(|(store, key)| At { store, key })
}

fn value() -> impl Strategy<Value = Content> {
    let large = select(vec![MIB - 1, MIB, MIB + 65_537, 3 * MIB + 1]);
    prop_oneof![
        12 => sized(0..150),
        5 => select(vec![0, -1, 7, i64::MAX - 5]).prop_map(Content::Number),
        1 => (large, any::<u8>()).prop_map(|(size, fill)| Content::Bytes { size: size as usize, fill }),
    ]
}

fn chunk() -> impl Strategy<Value = Content> {
    prop_oneof![5 => sized(0..70), 2 => sized(600_000..701_000)]
}

fn sized(sizes: std::ops::Range<usize>) -> impl Strategy<Value = Content> {
    (sizes, any::<u8>()).prop_map(|(size, fill)| Content::Bytes { size, fill })
}

fn expiry() -> impl Strategy<Value = u64> {
    select(vec![5, 1, 0, 60, 3_600_000, u64::MAX - 1, u64::MAX])
}

fn expect() -> impl Strategy<Value = Expect> {
    select(vec![Expect::Absent, Expect::Present, Expect::AsNow, Expect::AsNow, Expect::AsElsewhere])
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => value().prop_map(Deed::Set),
        2 => (value(), expiry()).prop_map(|(value, ms)| Deed::SetExpiring(value, ms)),
        2 => Just(Deed::Delete),
        3 => select(vec![1, -3, i64::MAX]).prop_map(Deed::Add),
    ]
}
