use anyhow::Context;

/// Sections that are for the development of a crate.
const LEFT_OUT: [&str; 2] = ["[dev-dependencies]", "[lints]"];

/// A manifest that says itself what it inherits from a workspace, and leaves out what is for the crate's development.
///
/// It knows the ways to inherit that are used here: `name.workspace = true`, and `name = { workspace = true, … }` where the
/// workspace has a bare version.
pub fn without_workspace(manifest: &str, workspace: &str) -> anyhow::Result<String> {
    let mut lines = Vec::new();
    let mut is_left_out = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_left_out = LEFT_OUT.contains(&line);
        }
        if !is_left_out {
            lines.push(line_without_workspace(line, workspace)?);
        }
    }
    Ok(lines.join("\n").trim_end().to_owned() + "\n")
}

fn line_without_workspace(line: &str, workspace: &str) -> anyhow::Result<String> {
    if let Some(name) = line.strip_suffix(".workspace = true") {
        return Ok(format!("{name} = {}", inherited(name, workspace)?));
    }
    if let Some((name, rest)) = line.split_once(" = { workspace = true,") {
        return Ok(format!("{name} = {{ version = {},{rest}", inherited(name, workspace)?));
    }
    Ok(line.to_owned())
}

/// The value that the workspace has for a name.
fn inherited<'a>(name: &str, workspace: &'a str) -> anyhow::Result<&'a str> {
    let mut values = workspace.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
    values.next().with_context(|| format!("the workspace has no {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKSPACE: &str = r#"
[workspace.package]
version = "0.1.0"

[workspace.dependencies]
serde_json = "2"
serde = "1"
wit-bindgen = { version = "0.63", features = ["macros"] }
"#;

    #[test]
    fn what_is_inherited_is_written_out() {
        let manifest = r#"[package]
name = "larder"
version.workspace = true

[dependencies]
serde = { workspace = true, optional = true }
wit-bindgen.workspace = true

[dev-dependencies]
pollster.workspace = true

[lints]
workspace = true
"#;
        let expected = r#"[package]
name = "larder"
version = "0.1.0"

[dependencies]
serde = { version = "1", optional = true }
wit-bindgen = { version = "0.63", features = ["macros"] }
"#;
        assert_eq!(without_workspace(manifest, WORKSPACE).unwrap(), expected);
    }

    #[test]
    fn what_the_workspace_does_not_have_is_told() {
        let error = without_workspace("thiserror.workspace = true", WORKSPACE).unwrap_err();
        assert_eq!(error.to_string(), "the workspace has no thiserror");
    }
}
