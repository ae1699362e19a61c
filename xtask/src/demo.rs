//! The main job, shown and checked.

use std::error::Error;
use std::fs;
use std::path::Path;

use crate::scratch::Scratch;
use crate::transcript::Transcript;

const LARGEST_VALUE_BYTES: u64 = 64 * 1024 * 1024;

pub fn run() -> Result<(), Box<dyn Error>> {
    println!("Building the example plugin (examples/rust, for wasm32-wasip2) and the command line tool.");
    println!("The first time, that takes some minutes.");
    let plugin = xtask::wasm::build("examples/rust")?.join("notes.wasm");
    let larder = xtask::larder_binary()?;
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("README.md");

    let scratch = Scratch::new()?;
    fs::copy(plugin, scratch.path().join("notes.wasm"))?;
    fs::copy(&readme, scratch.path().join("README.md")).map_err(|error| format!("{}: {error}", readme.display()))?;
    let transcript = Transcript::new(scratch.path(), &larder)?;

    println!("\nHere is a new directory, {}, with that plugin and this README.md.", scratch.path().display());
    store_and_read_back(&transcript, scratch.path())?;
    nobody_else_sees_it(&transcript)?;
    too_much_is_refused(&transcript)?;
    an_operator_looks(&transcript)?;
    println!("\nAll of this was checked, and is so.");
    Ok(())
}

fn store_and_read_back(transcript: &Transcript, dir: &Path) -> Result<(), Box<dyn Error>> {
    transcript.say("A plugin stores a note …");
    transcript.run("larder run notes.wasm -- put shopping 'milk, bread, figs'")?.prints("")?;
    transcript.say("… and a file. A value is bytes.");
    transcript.run("larder run notes.wasm -- put readme < README.md")?.prints("")?;

    transcript.say("Another process reads the note back, and the file, byte for byte.");
    transcript.run("larder run notes.wasm -- get shopping")?.prints("milk, bread, figs")?;
    transcript.run("larder run notes.wasm -- get readme > copy.md")?.prints("")?;
    transcript.run("cmp README.md copy.md && echo the same")?.prints("the same\n")?;
    let (original, copy) = (fs::read(dir.join("README.md"))?, fs::read(dir.join("copy.md"))?);
    if original != copy || original.is_empty() {
        return Err(format!("copy.md has {} bytes, README.md has {}", copy.len(), original.len()).into());
    }
    Ok(())
}

fn nobody_else_sees_it(transcript: &Transcript) -> Result<(), Box<dyn Error>> {
    transcript.say("In another workspace the same plugin sees nothing of it.");
    transcript.run("larder run --workspace other notes.wasm -- list")?.prints("")?;
    transcript.run("larder run --workspace other notes.wasm -- get shopping")?.refuses(&["no note", "shopping"])?;
    transcript.say("Nor does another plugin in the same workspace.");
    transcript.run("larder run --plugin stranger notes.wasm -- list")?.prints("")?;
    transcript.run("larder run --plugin stranger notes.wasm -- get shopping")?.refuses(&["no note", "shopping"])
}

fn too_much_is_refused(transcript: &Transcript) -> Result<(), Box<dyn Error>> {
    transcript.say("What the plugin holds is counted.");
    let before = transcript.run("larder run notes.wasm -- usage")?;
    before.tells(&["2 notes"])?;

    transcript.say("A value may have 64 MiB. One byte more is refused, with both numbers.");
    let (limit, above) = (LARGEST_VALUE_BYTES.to_string(), (LARGEST_VALUE_BYTES + 1).to_string());
    let line = format!("head -c {above} /dev/zero | larder run notes.wasm -- put zeros");
    transcript.run(&line)?.refuses(&[&above, &limit])?;

    transcript.say("A store may hold its quota. A write that passes it is refused, too.");
    let held_after = held_bytes(before.stdout())? + 64 + "zeros".len() as u64 + 1_000_000;
    let line = "head -c 1000000 /dev/zero | larder run --quota 1000000 notes.wasm -- put zeros";
    transcript.run(line)?.refuses(&[&held_after.to_string(), "1000000"])?;

    transcript.say("Neither changed anything.");
    transcript.run("larder run notes.wasm -- usage")?.prints(before.stdout())?;
    transcript.run("larder run notes.wasm -- list")?.prints("readme\nshopping\n")
}

fn an_operator_looks(transcript: &Transcript) -> Result<(), Box<dyn Error>> {
    transcript
        .say("An operator needs no plugin for that. Here are the workspaces, the plugins in one, the keys of one …");
    transcript.run("larder ls")?.tells(&["default"])?;
    transcript.run("larder ls -w default")?.tells(&["notes"])?;
    transcript.run("larder ls -w default -p notes")?.prints("readme\nshopping\n")?;
    transcript.say("… a value, and how much is kept.");
    transcript.run("larder get -w default -p notes shopping")?.prints("milk, bread, figs")?;
    transcript.run("larder stat -w default -p notes")?.tells(&["2"])
}

/// The bytes that `notes usage` tells.
fn held_bytes(usage: &str) -> Result<u64, Box<dyn Error>> {
    let number = usage.split_whitespace().nth(2).ok_or("`notes usage` tells no bytes")?;
    Ok(number.parse()?)
}
