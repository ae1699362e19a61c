use std::collections::BTreeMap;
use std::future::ready;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard};

use super::{Absent, Answer, Batch, Change, Engine, EngineWorkspace, Range};
use crate::error::Error;
use crate::key::Key;
use crate::page::KeyPage;
use crate::plugin_id::PluginId;
use crate::usage::Held;
use crate::workspace_id::WorkspaceId;

/// An engine that keeps everything in memory, for tests: it forgets at the end of the process.
#[derive(Default)]
pub struct MemoryEngine {
    workspaces: Mutex<BTreeMap<WorkspaceId, Arc<MemoryWorkspace>>>,
}

#[derive(Default)]
struct MemoryWorkspace {
    stores: Mutex<BTreeMap<PluginId, Store>>,
}

#[derive(Default)]
struct Store {
    held: Held,
    values: BTreeMap<String, Vec<u8>>,
}

impl MemoryEngine {
    fn all(&self) -> MutexGuard<'_, BTreeMap<WorkspaceId, Arc<MemoryWorkspace>>> {
        self.workspaces.lock().expect("nothing panics while this is locked")
    }
}

impl Engine for MemoryEngine {
    fn open<'a>(
        &'a self,
        id: &'a WorkspaceId,
        absent: Absent,
    ) -> Answer<'a, Result<Option<Arc<dyn EngineWorkspace>>, Error>> {
        let mut all = self.all();
        let open = match absent {
            Absent::Leave => all.get(id).cloned(),
            Absent::Create => Some(all.entry(id.clone()).or_default().clone()),
        };
        Box::pin(ready(Ok(open.map(|workspace| workspace as Arc<dyn EngineWorkspace>))))
    }

    fn workspaces(&self) -> Answer<'_, Result<Vec<WorkspaceId>, Error>> {
        Box::pin(ready(Ok(self.all().keys().cloned().collect())))
    }

    fn delete<'a>(&'a self, id: &'a WorkspaceId) -> Answer<'a, Result<bool, Error>> {
        Box::pin(ready(Ok(self.all().remove(id).is_some())))
    }
}

impl MemoryWorkspace {
    fn stores(&self) -> MutexGuard<'_, BTreeMap<PluginId, Store>> {
        self.stores.lock().expect("nothing panics while this is locked")
    }
}

impl EngineWorkspace for MemoryWorkspace {
    fn must_reopen(&self) -> bool {
        false
    }

    fn get<'a>(&'a self, plugin: &'a PluginId, key: &'a Key<'_>) -> Answer<'a, Result<Option<Vec<u8>>, Error>> {
        let stores = self.stores();
        let value = stores.get(plugin).and_then(|store| store.values.get(key.as_str()));
        Box::pin(ready(Ok(value.cloned())))
    }

    fn exists<'a>(&'a self, plugin: &'a PluginId, key: &'a Key<'_>) -> Answer<'a, Result<bool, Error>> {
        let there = self.stores().get(plugin).is_some_and(|store| store.values.contains_key(key.as_str()));
        Box::pin(ready(Ok(there)))
    }

    fn keys<'a>(&'a self, plugin: &'a PluginId, range: Range<'a>) -> Answer<'a, Result<KeyPage, Error>> {
        let stores = self.stores();
        let page = match stores.get(plugin) {
            Some(store) => {
                let from = range.start().map(|bytes| std::str::from_utf8(bytes).expect("a key is text"));
                range.page(store.values.range::<str, _>((from, Bound::Unbounded)).map(|(key, _)| Ok(key.clone())))
            }
            None => Ok(KeyPage::default()),
        };
        Box::pin(ready(page))
    }

    fn held<'a>(&'a self, plugin: &'a PluginId) -> Answer<'a, Result<Held, Error>> {
        let held = self.stores().get(plugin).map_or_else(Held::default, |store| store.held);
        Box::pin(ready(Ok(held)))
    }

    fn plugins(&self) -> Answer<'_, Result<Vec<(PluginId, Held)>, Error>> {
        let stores = self.stores();
        let holding = stores.iter().filter(|(_, store)| store.held.keys > 0);
        Box::pin(ready(Ok(holding.map(|(plugin, store)| (plugin.clone(), store.held)).collect())))
    }

    fn commit<'a>(&'a self, batches: &'a [Batch]) -> Answer<'a, Vec<Result<(), Error>>> {
        let mut stores = self.stores();
        let outcomes = batches.iter().map(|batch| apply(&mut stores, batch)).collect();
        Box::pin(ready(outcomes))
    }

    fn tidy(&self) -> Answer<'_, Result<(), Error>> {
        Box::pin(ready(Ok(())))
    }
}

fn apply(stores: &mut BTreeMap<PluginId, Store>, batch: &Batch) -> Result<(), Error> {
    let workspace = stores.values().fold(Held::default(), |sum, store| sum.moved(Held::default(), store.held));
    let store = stores.entry(batch.plugin.clone()).or_default();
    let size_of = |key: &Key| Ok(store.values.get(key.as_str()).map(|value| value.len() as u64));
    let Some(after) = batch.effect(store.held, workspace, size_of)? else { return Ok(()) };
    for change in &batch.changes {
        match change {
            Change::Set { key, value } => {
                store.values.insert(key.as_str().to_owned(), value.clone());
            }
            Change::Delete { key } => {
                store.values.remove(key.as_str());
            }
            Change::Clear => store.values.clear(),
        }
    }
    store.held = after;
    Ok(())
}
