use std::io::{self, Write};
use std::path::Path;

use larder_store::Larder;
use pollster::block_on;

use super::expect_workspace;
use crate::cli::{Ls, View};
use crate::escape::NameLine;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{Purpose, in_larder};
use crate::output::print;
use crate::store::Store;

/// Lists workspaces, plugins or keys.
pub fn ls(dir: &Path, options: &Ls) -> Result<Exit, Failure> {
    block_on(in_larder(dir, Purpose::Read, async |larder| match options.view() {
        View::Larder => {
            let workspaces = larder.workspaces().await?;
            options.print(workspaces.iter().map(|workspace| workspace.as_str()))
        }
        View::Workspace(workspace) => {
            expect_workspace(larder, &workspace).await?;
            let plugins = larder.plugins(&workspace).await?;
            options.print(plugins.iter().map(|(plugin, _)| plugin.as_str()))
        }
        View::Store(store) => options.print_keys(larder, &store).await,
    }))?;
    Ok(Exit::Done)
}

impl Ls {
    async fn print_keys(&self, larder: &Larder, store: &Store) -> Result<(), Failure> {
        expect_workspace(larder, &store.workspace).await?;
        let session = store.session(larder);
        let keys = session.store(store.which());
        let mut after = None;
        loop {
            let page = keys.keys(&self.prefix, after.as_deref(), session.limits().batch_items).await?;
            self.print(page.keys.iter().map(String::as_str))?;
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    fn print<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
        let mut wanted = names.filter(|name| name.starts_with(&self.prefix));
        print(|out| wanted.try_for_each(|name| self.write(name, out)))
    }

    fn write(&self, name: &str, out: &mut dyn Write) -> io::Result<()> {
        if self.null { write!(out, "{name}\0") } else { writeln!(out, "{}", NameLine(name)) }
    }
}
