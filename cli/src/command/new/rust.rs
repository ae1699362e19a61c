//! The crate `larder`, as a folder of a project of its own.

use anyhow::Context;

use super::manifest::without_workspace;
use super::template::{SourceFile, moved};

/// What is not as it is in the repository: in which file, what, and what stands there instead.
const EDITS: [(&str, &str, &str); 3] = [
    ("Cargo.toml", "larder = { path = \"../../guest\" }", "larder = { path = \"larder\" }"),
    ("larder/src/bindings.rs", "path: \"../wit\"", "path: \"wit\""),
    (
        "larder/src/lib.rs",
        r#"
// What docs/plugin-authors.md says compiles, and runs.
#[cfg(doctest)]
#[doc = include_str!("../../docs/plugin-authors.md")]
struct PluginAuthors;
"#,
        "",
    ),
];

/// Adds the crate, with a manifest that stands alone and the interface beside its sources.
pub fn add_bindings(files: &mut Vec<SourceFile>) -> anyhow::Result<()> {
    let [workspace, manifest] = [text("Cargo.toml")?, text("guest/Cargo.toml")?];
    let manifest = without_workspace(&manifest, &workspace)?;
    files.push(SourceFile { path: "larder/Cargo.toml".to_owned(), contents: manifest.into_bytes().into() });
    files.extend(moved("guest/src/", "larder/src/")?);
    files.extend(moved("wit/storage.wit", "larder/wit/storage.wit")?);
    EDITS.iter().try_for_each(|(path, from, to)| edit(files, path, from, to))
}

/// Puts `to` in the place of `from`, which must be there once.
fn edit(files: &mut [SourceFile], path: &str, from: &str, to: &str) -> anyhow::Result<()> {
    let file = files.iter_mut().find(|file| file.path == path).with_context(|| format!("there is no {path}"))?;
    let text = str::from_utf8(&file.contents)?;
    anyhow::ensure!(text.matches(from).count() == 1, "{path} does not have once: {from}");
    file.contents = text.replace(from, to).into_bytes().into();
    Ok(())
}

fn text(source: &str) -> anyhow::Result<String> {
    let file = moved(source, "")?.pop().context("there is one")?;
    Ok(String::from_utf8(file.contents.into_owned())?)
}
