use std::path::Path;

use larder_store::{Damage, Error, Fault, Larder, WorkspaceId};
use pollster::block_on;

use super::no_workspace;
use crate::cli::Doctor;
use crate::escape::OneLine;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::open::{Purpose, in_larder};
use crate::output::print;

/// Looks for damage, or carries over what is whole.
pub fn doctor(dir: &Path, options: &Doctor) -> Result<Exit, Failure> {
    match &options.workspace {
        Some(workspace) if options.salvage => {
            block_on(in_larder(dir, Purpose::Remove, async |larder| salvage(larder, workspace).await))
        }
        only => block_on(in_larder(dir, Purpose::Read, async |larder| examine(larder, only.as_ref()).await)),
    }
}

/// Goes on past a workspace that cannot be read, and fails for the first one in the end.
async fn examine(larder: &Larder, only: Option<&WorkspaceId>) -> Result<Exit, Failure> {
    let workspaces = match only {
        Some(workspace) => vec![workspace.clone()],
        None => larder.workspaces().await?,
    };
    let (mut exit, mut unreadable) = (Exit::Done, Ok(()));
    for workspace in workspaces {
        match larder.examine_workspace(&workspace).await {
            Ok(Some(damage)) if damage.is_empty() => {}
            Ok(Some(damage)) => {
                exit = Exit::No;
                tell(&workspace, &damage)?;
            }
            Ok(None) if only.is_some() => return Err(no_workspace(&workspace)),
            // It was removed since it was listed.
            Ok(None) => {}
            Err(error) => unreadable = unreadable.and(Err(error)),
        }
    }
    unreadable?;
    Ok(exit)
}

async fn salvage(larder: &Larder, workspace: &WorkspaceId) -> Result<Exit, Failure> {
    if larder.examine_workspace(workspace).await?.is_some_and(|damage| damage.is_empty()) {
        print(|out| writeln!(out, "{workspace}: nothing is damaged, so it is left as it is"))?;
        return Ok(Exit::Done);
    }
    let salvaged = larder.salvage_workspace(workspace).await.map_err(not_salvaged)?;
    let salvaged = salvaged.ok_or_else(|| no_workspace(workspace))?;
    tell(workspace, &salvaged.damage)?;
    print(|out| {
        let (keys, aside) = (salvaged.kept.keys, &salvaged.aside);
        writeln!(out, "{workspace}: keys carried over: {keys}; the rest is kept in workspaces/{aside}")
    })?;
    Ok(Exit::Done)
}

fn not_salvaged(error: Error) -> Failure {
    match error {
        Error::Unavailable(Fault::Damaged { .. }) => {
            Failure::from(error).context("nothing can be carried over, and nothing was changed")
        }
        _ => Failure::from(error),
    }
}

fn tell(workspace: &WorkspaceId, damage: &[Damage]) -> Result<(), Failure> {
    print(|out| damage.iter().try_for_each(|one| writeln!(out, "{workspace}: {}", OneLine(&one.to_string()))))
}
