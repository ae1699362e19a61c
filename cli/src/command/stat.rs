use std::path::Path;

use larder_store::{Held, Larder, Limits, StoreId, StoreUsage, WorkspaceId};
use pollster::block_on;

use super::expect_workspace;
use crate::cli::{Stat, View};
use crate::escape::NameLine;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{Purpose, in_larder};
use crate::output::print;
use crate::store::Store;
use crate::table::Table;

/// What the shared store is called among the plugins; it is always the last line, so that no plugin of this name passes for it.
const SHARED: &str = "(shared)";

/// Shows how much workspaces or stores hold.
pub fn stat(dir: &Path, options: &Stat) -> Result<Exit, Failure> {
    block_on(in_larder(dir, Purpose::Read, async |larder| match options.view() {
        View::Larder => print_workspaces(larder).await,
        View::Workspace(workspace) => {
            expect_workspace(larder, &workspace).await?;
            let plugins = larder.plugins(&workspace).await?;
            let mut stores: Vec<_> =
                plugins.into_iter().map(|(plugin, held)| (StoreId::Private(plugin), by_default(held))).collect();
            let shared = Store { workspace, id: StoreId::Shared };
            stores.push((StoreId::Shared, usage(larder, &shared).await?));
            print_stores(&stores)
        }
        View::Store(store) => {
            expect_workspace(larder, &store.workspace).await?;
            let usage = usage(larder, &store).await?;
            print_stores(&[(store.id, usage)])
        }
    }))?;
    Ok(Exit::Done)
}

async fn usage(larder: &Larder, store: &Store) -> Result<StoreUsage, larder_store::Error> {
    store.session(larder).store(store.which()).usage().await
}

fn by_default(Held { bytes, keys }: Held) -> StoreUsage {
    let Limits { store_bytes, store_keys, .. } = Limits::default();
    StoreUsage { bytes, keys, quota_bytes: store_bytes, quota_keys: store_keys }
}

fn print_stores(stores: &[(StoreId, StoreUsage)]) -> Result<(), Failure> {
    let mut table = Table::new(["KEYS", "QUOTA-KEYS", "BYTES", "QUOTA-BYTES"], "PLUGIN");
    for (id, usage) in stores {
        let name = match id {
            StoreId::Private(plugin) => plugin.as_str(),
            StoreId::Shared => SHARED,
        };
        table.push([usage.keys, usage.quota_keys, usage.bytes, usage.quota_bytes], NameLine(name));
    }
    print(|out| table.write(out))
}

/// Shows those that can be read before it fails for the first that cannot.
async fn print_workspaces(larder: &Larder) -> Result<(), Failure> {
    let mut table = Table::new(["PLUGINS", "KEYS", "BYTES", "QUOTA-BYTES"], "WORKSPACE");
    let mut unreadable = Ok(());
    for workspace in larder.workspaces().await? {
        match row(larder, &workspace).await {
            Ok(numbers) => table.push(numbers, workspace),
            Err(error) => unreadable = unreadable.and(Err(error)),
        }
    }
    print(|out| table.write(out))?;
    Ok(unreadable?)
}

async fn row(larder: &Larder, workspace: &WorkspaceId) -> Result<[u64; 4], larder_store::Error> {
    let plugins = larder.plugins(workspace).await?;
    let shared = larder.shared(workspace).await?;
    let sum = |count: fn(&Held) -> u64| plugins.iter().map(|(_, held)| count(held)).sum::<u64>() + count(&shared);
    Ok([plugins.len() as u64, sum(|held| held.keys), sum(|held| held.bytes), Limits::default().workspace_bytes])
}
