//! Whether what a power cut has left agrees with what was said.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use pollster::block_on;

use super::user::Said;
use super::world::World;
use crate::access::Access;
use crate::dir::simulated::Disk;
use crate::engine::{Absent, Batch, BatchOutcome, Body, Change, Engine, Place, Put, Quota, RedbEngine, Sharing};
use crate::error::Error;
use crate::expiry::Expiry;
use crate::key::Key;
use crate::moment::Moment;
use crate::random::Random;
use crate::store_id::StoreId;
use crate::sync::atomic::AtomicU64;
use crate::workspace_id::WorkspaceId;

/// How many images were judged, and what was wrong with some.
#[derive(Default)]
pub struct Verdict {
    pub images: usize,
    pub wrong: Vec<String>,
}

/// Judges what a power cut would leave of a disk, at so many in a hundred changes of it.
pub fn watch(disk: &Disk, percent: usize, sharing: Sharing, said: &Arc<Mutex<Said>>, seed: u64) -> Arc<Mutex<Verdict>> {
    let verdict: Arc<Mutex<Verdict>> = Arc::default();
    let (said, told, mut random) = (said.clone(), verdict.clone(), Random(seed));
    disk.watch(percent, move |image| {
        let said = said.lock().unwrap().clone();
        let found = judge(&image, &said, sharing, &mut random);
        let mut verdict = told.lock().unwrap();
        verdict.images += 1 + found.as_ref().copied().unwrap_or(0);
        verdict.wrong.extend(found.err());
    });
    verdict
}

/// Judges one image; how many more it came to, as the power may be cut during recovery too.
pub fn judge(image: &Disk, said: &Said, sharing: Sharing, random: &mut Random) -> Result<usize, String> {
    let again = random.percent(6).then(|| {
        let verdict: Arc<Mutex<Verdict>> = Arc::default();
        let (told, said) = (verdict.clone(), said.clone());
        image.watch(50, move |image| {
            let found = open_and_compare(&image, &said, sharing, false);
            let mut verdict = told.lock().unwrap();
            verdict.images += 1;
            verdict.wrong.extend(found.err().map(|wrong| format!("a power cut during recovery: {wrong}")));
        });
        verdict
    });
    open_and_compare(image, said, sharing, random.percent(10))?;
    // From here on more is there than was said.
    image.unwatch();
    go_on(image, said, sharing)?;
    let Some(again) = again else { return Ok(0) };
    let again = again.lock().unwrap();
    again.wrong.first().cloned().map_or(Ok(again.images), Err)
}

fn open_and_compare(image: &Disk, said: &Said, sharing: Sharing, read_only_first: bool) -> Result<(), String> {
    let found = catch_unwind(AssertUnwindSafe(|| {
        if read_only_first {
            compare(&RedbEngine::open(image.root(), Access::ReadOnly, sharing)?, said)?;
        }
        let engine = RedbEngine::open(image.root(), Access::ReadWrite, sharing)?;
        compare(&engine, said)
    }));
    flatten(found)
}

type Found = Result<(), Error>;

fn flatten(found: std::thread::Result<Found>) -> Result<(), String> {
    match found {
        Ok(found) => found.map_err(|error| format!("{error} ({error:?})")),
        Err(panic) => Err(panic
            .downcast_ref::<String>()
            .cloned()
            .or(panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_default()),
    }
}

fn compare(engine: &RedbEngine, said: &Said) -> Found {
    let found = World::read(engine, said.now_ms)?;
    let expected: Vec<World> = said.worlds.iter().map(|world| world.at(said.now_ms)).collect();
    assert!(
        expected.contains(&found),
        "found {}, expected {}",
        found.describe(),
        expected.iter().map(World::describe).collect::<Vec<_>>().join(" or ")
    );
    Ok(())
}

/// Goes on where the power was cut: writes, and looks whether it is still there when it is opened anew.
fn go_on(image: &Disk, said: &Said, sharing: Sharing) -> Result<(), String> {
    let gone_on = catch_unwind(AssertUnwindSafe(|| {
        let engine = RedbEngine::open(image.root(), Access::ReadWrite, sharing)?;
        let before = World::read(&engine, said.now_ms)?;
        let id: WorkspaceId = "w".parse().expect("it is valid");
        let workspace = block_on(engine.open(&id, Absent::Create))?.expect("it was created");
        let body = Body::Small(b"works".to_vec());
        let at = Place { store: StoreId::Shared, key: Key::trusted("judged").into_owned() };
        let changes = vec![Change::Put { at, put: Put { body, expiry: Expiry::NEVER, version: None } }];
        let plugin = "p".parse().expect("it is valid");
        let batch = Batch { plugin, checks: Vec::new(), changes, quota: Quota::unlimited() };
        let latest_ms = AtomicU64::new(workspace.latest_ms());
        let outcome = block_on(workspace.commit(&[batch], Moment::new(said.now_ms, &latest_ms))).remove(0)?;
        let BatchOutcome::Committed(committed) = outcome else { panic!("nothing was checked") };
        let (version, last) = (u64::from(committed.version), said.versions.get(&id).copied().unwrap_or(0));
        assert!(version > last, "version {version} after {last}");
        drop(workspace);
        for id in block_on(engine.workspaces())? {
            let Some(workspace) = block_on(engine.open(&id, Absent::Leave))? else { continue };
            // Until now files may stay that values need which have expired.
            let is_due = |at_ms: u64| at_ms <= Moment::new(said.now_ms, &latest_ms).now_ms();
            while block_on(workspace.tidy(Moment::new(said.now_ms, &latest_ms)))?.is_some_and(is_due) {}
        }
        let engine = RedbEngine::open(image.root(), Access::ReadWrite, sharing)?;
        let mut after = World::read(&engine, said.now_ms)?;
        let contents = after.0.get_mut(&id).expect("it holds something");
        let written = contents.remove(&(StoreId::Shared, "judged".to_owned())).expect("it was acknowledged");
        assert_eq!(&*written.bytes, b"works");
        after.0.retain(|_, contents| !contents.is_empty());
        assert!(after == before, "found {}, expected {}", after.describe(), before.describe());
        tidy_names(image, &after);
        Ok(())
    }));
    flatten(gone_on)
}

/// Looks whether files are left over.
fn tidy_names(image: &Disk, world: &World) {
    let workspaces = image.root().open_dir("workspaces").unwrap();
    for name in workspaces.names().unwrap() {
        if name.starts_with(".damaged-") {
            continue;
        }
        let id: WorkspaceId = name.parse().unwrap_or_else(|_| panic!("{name} is left over"));
        let workspace = workspaces.open_dir(&name).unwrap();
        assert!(workspace.names().unwrap().iter().all(|name| !name.starts_with(".new-")), "a database is left over");
        let Ok(large) = workspace.open_dir("blobs") else { continue };
        let needed = world.0.get(&id).map_or(0, std::collections::BTreeMap::len);
        assert!(large.names().unwrap().len() <= needed, "files of large values are left over");
    }
}
