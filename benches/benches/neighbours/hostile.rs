use larder_store::{Larder, Limits, Session};
pub use larder_tests::Deed;
use larder_tests::End;
use wasmtime::Result;

/// The plugin that means ill, on a larder.
#[derive(Clone)]
pub struct Hostile {
    plugin: larder_tests::Hostile,
    larder: Larder,
}

impl Hostile {
    pub fn new(plugin: larder_tests::Hostile, larder: Larder) -> Self {
        Self { plugin, larder }
    }

    pub fn session(&self, workspace: &str, plugin: &str) -> Result<Session> {
        self.limited(workspace, plugin, Limits::default())
    }

    pub fn limited(&self, workspace: &str, plugin: &str, limits: Limits) -> Result<Session> {
        Ok(self.larder.session(&workspace.parse()?, &plugin.parse()?, limits))
    }

    /// Makes a call that does something once.
    pub async fn once(&self, session: Session, deed: Deed, value_bytes: u32) -> Result<()> {
        let ended = self.plugin.flood(session, deed, 1, value_bytes, End::Return).await?;
        wasmtime::error::ensure!(ended.served == 1, "it was refused: {:?}", ended.refused);
        Ok(())
    }

    /// Makes a call that does something for ever.
    pub async fn for_ever(&self, session: Session, deed: Deed, value_bytes: u32) -> Result<()> {
        let ended = self
            .plugin
            .attack(session, async |store, attacks| attacks.call_flood_for_ever(store, deed, value_bytes).await);
        Ok(ended.await?)
    }
}
