//! A store of many keys is emptied at once, and what it took is freed a part at a time, between the writes of others.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use larder_store::engine::{
    Absent, Answer, Batch, BatchOutcome, Body, Change, Engine, EngineWorkspace, Place, Put, Quota, RedbEngine,
};
use larder_store::{Access, Dir, Error, Expiry, Key, Larder, Limits, Moment, Options, Sharing, StoreId, WorkspaceId};
use pollster::block_on;
use support::{eventually, session, set};

const KEYS: u32 = 20_000;

/// An engine that tells which workspace was opened last.
struct Telling(RedbEngine, Mutex<Option<Arc<dyn EngineWorkspace>>>);

impl Telling {
    fn open(path: &Path) -> Arc<Self> {
        let dir = Dir::open_ambient(path).unwrap();
        Arc::new(Self(RedbEngine::open(dir, Access::ReadWrite, Sharing::ReadersBeside).unwrap(), Mutex::default()))
    }

    fn has_discarded(&self) -> bool {
        self.1.lock().unwrap().as_ref().is_some_and(|workspace| workspace.has_discarded())
    }
}

impl Engine for Telling {
    fn open<'a>(
        &'a self,
        id: &'a WorkspaceId,
        absent: Absent,
    ) -> Answer<'a, Result<Option<Arc<dyn EngineWorkspace>>, Error>> {
        Box::pin(async move {
            let opened = self.0.open(id, absent).await?;
            self.1.lock().unwrap().clone_from(&opened);
            Ok(opened)
        })
    }

    fn workspaces(&self) -> Answer<'_, Result<Vec<WorkspaceId>, Error>> {
        self.0.workspaces()
    }

    fn delete<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<bool, Error>> {
        self.0.delete(id)
    }
}

/// What the engine does by itself, with nobody who tidies up.
fn commit(engine: &Telling, changes: Vec<Change>) {
    let workspace = block_on(engine.open(&"w".parse().unwrap(), Absent::Create)).unwrap().unwrap();
    let batch = Batch { plugin: "p".parse().unwrap(), checks: Vec::new(), changes, quota: Quota::unlimited() };
    let outcomes = block_on(workspace.commit(&[batch], Moment::new(0, &AtomicU64::new(0))));
    assert!(matches!(outcomes[..], [Ok(BatchOutcome::Committed(_))]));
    *engine.1.lock().unwrap() = None;
}

fn key(text: &str) -> Key<'static> {
    Key::parse(text, &Limits::default()).unwrap().into_owned()
}

fn fill(engine: &Telling) {
    let put = |number: u32| {
        let at = Place { store: private(), key: key(&number.to_string()) };
        Change::Put { at, put: Put { body: Body::Small(vec![7; 10]), expiry: Expiry::NEVER, version: None } }
    };
    commit(engine, (0..KEYS).map(put).collect());
}

fn private() -> StoreId {
    StoreId::Private("p".parse().unwrap())
}

#[test]
fn while_others_write() {
    let temporary = tempfile::tempdir().unwrap();
    let engine = Telling::open(temporary.path());
    fill(&engine);

    let larder = Larder::with_engine(engine.clone(), &Options::default());
    assert_eq!(block_on(session(&larder, "w", "p").private().delete_prefix("")).unwrap(), KEYS.into());
    // They follow each other so closely that the workspace never falls idle.
    let written = (0..1_000).take_while(|number| {
        set(&larder, "w", "neighbour", &number.to_string(), "v").unwrap();
        engine.has_discarded()
    });
    assert!(written.count() < 1_000, "it waits until nobody writes");
}

#[test]
fn when_it_was_left_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let engine = Telling::open(temporary.path());
    fill(&engine);
    commit(&engine, vec![Change::DeletePrefix { store: private(), prefix: key(""), most: 0 }]);

    let larder = Larder::with_engine(engine.clone(), &Options::default());
    assert_eq!(block_on(session(&larder, "w", "p").get("1")).unwrap(), None);
    eventually("nobody frees it", || !engine.has_discarded());
}
