use std::fs;
use std::path::PathBuf;

/// The file of a compiled plugin: `notes`, or one of `tests/plugins`, such as `wants_more`.
pub fn plugin(name: &str) -> PathBuf {
    let workspace = if name == "notes" { "examples/rust" } else { "tests/plugins" };
    xtask::wasm::build(workspace).expect("the plugins compile").join(name).with_extension("wasm")
}

/// What is in the file of a compiled plugin.
pub fn plugin_bytes(name: &str) -> Vec<u8> {
    fs::read(plugin(name)).expect("the plugin was built")
}
