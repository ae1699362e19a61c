//! Projects for plugins as `larder new` writes them, built as their README says.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::wasm::SETTINGS_OF_THE_OUTER_BUILD;
use crate::{larder_binary, tools};

/// The languages that plugins are written in, as `larder new` and the folders of the repository name them.
pub const LANGUAGES: [&str; 6] = ["rust", "python", "javascript", "typescript", "go", "c"];

/// A project for a plugin.
pub struct Project {
    dir: PathBuf,
    search_path: OsString,
}

impl Project {
    /// Has `larder new` write one, in a directory that is not there or empty.
    ///
    /// # Errors
    ///
    /// Where the tools are not installed, or the command fails.
    pub fn new(language: &str, dir: &Path) -> io::Result<Self> {
        let larder = larder_binary()?;
        let folder = larder.parent().ok_or_else(|| io::Error::other("the binary stands in no folder"))?;
        let search_path = tools::search_path(&[folder])?;
        let mut new = Command::new(&larder);
        new.args(["new", "--lang", language]).arg(dir);
        succeed(new)?;
        Ok(Self { dir: dir.to_owned(), search_path })
    }

    /// Does what its README says below a heading, with nothing else at hand than the tools.
    ///
    /// # Errors
    ///
    /// Where a command fails, or the README says nothing there.
    pub fn follow(&self, heading: &str) -> io::Result<()> {
        let readme = fs::read_to_string(self.dir.join("README.md"))?;
        let commands = commands(&readme, heading)
            .ok_or_else(|| io::Error::other(format!("the README has no commands below {heading:?}")))?;
        let mut shell = Command::new("sh");
        for setting in SETTINGS_OF_THE_OUTER_BUILD {
            shell.env_remove(setting);
        }
        // What pip is asked for is among the tools, in the very version.
        shell.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", tools::wheels_dir());
        shell.env("PIP_DISABLE_PIP_VERSION_CHECK", "1").env_remove("LARDER_DIR");
        shell.env("PATH", &self.search_path).current_dir(&self.dir).args(["-e", "-c", commands]);
        succeed(shell)
    }

    /// The component that a build makes.
    pub fn component(&self) -> PathBuf {
        self.dir.join("notes.wasm")
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// The commands in the block below a heading of the second level.
fn commands<'a>(readme: &'a str, heading: &str) -> Option<&'a str> {
    let (_, section) = readme.split_once(&format!("\n## {heading}\n"))?;
    let section = section.split("\n## ").next()?;
    let (_, block) = section.split_once("```sh\n")?;
    block.split_once("```").map(|(commands, _)| commands)
}

/// Runs it to its end, and shows what it printed only where it fails.
fn succeed(mut command: Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|printed| String::from_utf8_lossy(printed));
    let program = command.get_args().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" ");
    Err(io::Error::other(format!("{program}: {}\n{stdout}{stderr}", output.status)))
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn commands_are_those_of_their_heading_alone() {
        let readme = "# notes\n\n## Install\n\nNothing.\n\n## Build\n\nSo:\n\n```sh\nmake a\nmake b\n```\n\n## Test\n";
        assert_eq!(commands(readme, "Build"), Some("make a\nmake b\n"));
        assert_eq!(commands(readme, "Install"), None);
        assert_eq!(commands(readme, "Run"), None);
    }
}
