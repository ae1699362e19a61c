use std::path::Path;

use larder_store::{Held, Larder, Limits, PluginId, WorkspaceId};
use pollster::block_on;

use super::expect_workspace;
use crate::cli::{Stat, Store, View};
use crate::escape::NameLine;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{Purpose, in_larder};
use crate::output::print;
use crate::table::Table;

/// Shows how much workspaces or stores hold.
pub fn stat(dir: &Path, options: &Stat) -> Result<Exit, Failure> {
    block_on(in_larder(dir, Purpose::Read, async |larder| match options.view() {
        View::Larder => print_workspaces(larder).await,
        View::Workspace(workspace) => {
            expect_workspace(larder, &workspace).await?;
            print_stores(&larder.plugins(&workspace).await?)
        }
        View::Store(Store { workspace, plugin }) => {
            expect_workspace(larder, &workspace).await?;
            let usage = larder.session(&workspace, &plugin, Limits::default()).usage().await?;
            print_stores(&[(plugin, Held { bytes: usage.bytes, keys: usage.keys })])
        }
    }))?;
    Ok(Exit::Done)
}

fn print_stores(stores: &[(PluginId, Held)]) -> Result<(), Failure> {
    let Limits { store_bytes, store_keys, .. } = Limits::default();
    let mut table = Table::new(["KEYS", "QUOTA-KEYS", "BYTES", "QUOTA-BYTES"], "PLUGIN");
    for (plugin, held) in stores {
        table.push([held.keys, store_keys, held.bytes, store_bytes], NameLine(plugin.as_str()));
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
    let stores = larder.plugins(workspace).await?;
    let sum = |count: fn(&Held) -> u64| stores.iter().map(|(_, held)| count(held)).sum();
    Ok([stores.len() as u64, sum(|held| held.keys), sum(|held| held.bytes), Limits::default().workspace_bytes])
}
