//! What a plugin has stored is there in the next call, after the larder was closed, and in the next process.

use larder_tests::{CommandLine, Pantry, Probe, plugin};

#[tokio::test]
async fn the_next_call_and_the_next_host_find_it() {
    let (probe, pantry) = (Probe::shared(), Pantry::new());
    probe.set(pantry.session("w", "p"), "note", b"milk").await.unwrap();
    probe.set(pantry.session("w", "p"), "gone", b"soon").await.unwrap();
    probe.delete(pantry.session("w", "p"), "gone").await.unwrap();
    assert_eq!(probe.get(pantry.session("w", "p"), "note").await.unwrap().unwrap(), b"milk");

    let pantry = pantry.reopen().await;
    assert_eq!(probe.get(pantry.session("w", "p"), "note").await.unwrap().unwrap(), b"milk");
    assert!(!probe.exists(pantry.session("w", "p"), "gone").await.unwrap());
    let usage = probe.usage(pantry.session("w", "p")).await.unwrap();
    assert_eq!((usage.keys, usage.bytes), (1, 64 + 8));
}

#[test]
fn the_next_process_finds_it_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let (larder, notes) = (CommandLine::new(dir.path()), plugin("notes"));
    let notes = notes.to_str().unwrap();
    let every_byte: Vec<u8> = (0..3_000_000_u32).map(|n| (n ^ (n >> 8) ^ (n >> 16)) as u8).collect();
    for (name, note) in [("none", &[][..]), ("text", b"milk\r\n\0figs"), ("file", &every_byte)] {
        larder.run_with(["run", notes, "--", "put", name], note).printed();
        assert_eq!(larder.run(["run", notes, "--", "get", name]).printed(), note, "{name}");
        assert_eq!(larder.run(["get", "-w", "default", "-p", "notes", name]).printed(), note, "{name}");
    }
    assert_eq!(larder.run(["run", notes, "--", "list"]).printed(), b"file\nnone\ntext\n");
    larder.run(["run", notes, "--", "rm", "text"]).printed();
    assert_eq!(larder.run(["run", notes, "--", "list"]).printed(), b"file\nnone\n");
}
