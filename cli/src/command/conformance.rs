mod suite;

use std::path::Path;
use std::process;

use larder_store::{Grant, Larder, Limits, Options, Session, WorkspaceId};

use self::suite::{Suite, Verdict};
use crate::cli::Conformance;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{Purpose, in_larder};
use crate::output::print;
use crate::whole_file;

/// Whose data the cases are about.
const PLUGIN: &str = "conformance";

const MIB: u64 = 1024 * 1024;

/// Checks that a larder keeps the promises of the interface: the one in `dir`, or a temporary one.
pub fn conformance(dir: Option<&Path>, options: &Conformance) -> Result<Exit, Failure> {
    if let Some(file) = &options.emit {
        whole_file::write(file, suite::COMPONENT)?;
        return Ok(Exit::Done);
    }
    let suite = Suite::new(options)?;
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_runtime)?;
    executor.block_on(async {
        if options.list {
            let names = suite.names().await?;
            print(|out| names.iter().try_for_each(|name| writeln!(out, "{name}")))?;
            return Ok(Exit::Done);
        }
        if options.memory {
            let larder = Larder::in_memory(Options::default());
            return check(&suite, &larder, options).await;
        }
        let work = async |larder: &Larder| check(&suite, larder, options).await;
        match dir {
            Some(dir) => in_larder(dir, Purpose::Store, work).await,
            None => {
                let temporary = tempfile::tempdir().map_err(|error| {
                    Failure::new(Exit::Larder, error).context("cannot make a temporary directory for a larder")
                })?;
                in_larder(temporary.path(), Purpose::Store, work).await
            }
        }
    })
}

/// Runs each case in a call of its own, in a workspace that is removed in the end.
async fn check(suite: &Suite, larder: &Larder, options: &Conformance) -> Result<Exit, Failure> {
    let workspace = scratch();
    if !larder.create_workspace(&workspace).await? {
        return Err(Exit::No.because(format!("there is a workspace '{workspace}' already, left by an earlier run")));
    }
    let checked = check_all(suite, &options.session(larder, &workspace)).await;
    larder.delete_workspace(&workspace).await?;
    checked
}

async fn check_all(suite: &Suite, session: &Session) -> Result<Exit, Failure> {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for name in suite.names().await? {
        let (verdict, line) = suite.check(&name, session.again()).await?;
        print(|out| writeln!(out, "{line}"))?;
        match verdict {
            Verdict::Passed => passed += 1,
            Verdict::Failed => failed += 1,
            Verdict::Skipped => skipped += 1,
        }
    }
    print(|out| writeln!(out, "{passed} passed, {failed} failed, {skipped} skipped"))?;
    Ok(if failed == 0 { Exit::Done } else { Exit::No })
}

fn scratch() -> WorkspaceId {
    format!("conformance-{}", process::id()).parse().expect("it is a workspace name")
}

impl Conformance {
    fn session(&self, larder: &Larder, workspace: &WorkspaceId) -> Session {
        let plugin = PLUGIN.parse().expect("it is a plugin name");
        larder.session(workspace, &plugin, self.limits()).with_grant(self.grant()).with_commit(self.commit.into())
    }

    fn grant(&self) -> Grant {
        Grant::from(self.shared).within(self.shared_prefix.clone().unwrap_or_default())
    }

    /// So small that every case can reach them, unless the defaults are asked for.
    fn limits(&self) -> Limits {
        if self.default_limits {
            return Limits::default();
        }
        Limits {
            key_bytes: 1024,
            value_bytes: 4 * MIB,
            batch_items: 100,
            batch_bytes: 64 * 1024,
            chunk_bytes: 64 * 1024,
            open_handles: 4,
            store_bytes: 10 * MIB,
            store_keys: 1_000,
            ..Limits::default()
        }
    }
}

fn no_runtime(error: impl std::fmt::Display) -> Failure {
    Exit::Larder.because(format!("cannot run plugins on this machine: {error:#}"))
}
