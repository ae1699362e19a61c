//! While one process writes a workspace, a second writer is refused and told by whom; readers go on beside it.

use std::io::{BufRead, BufReader};
use std::process::Child;

use larder_store::{Access, Dir, Error, Fault, Larder, Limits, Options, Sharing};
use larder_tests::{CommandLine, plugin};

const IN_USE: i32 = 3;

/// A process that runs a plugin which writes for ever; killed in the end.
struct Writer(Child);

impl Writer {
    /// Starts it, and waits for its first write.
    fn start(larder: &CommandLine) -> Self {
        let mut child = larder.start(["run", "-w", "w", plugin("acks").to_str().unwrap(), "--", "0"]);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "0");
        // Someone has to listen, or it would stop for want of room in the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self(child)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn open(dir: &std::path::Path, access: Access, sharing: Sharing) -> Larder {
    let mut options = Options::default();
    (options.access, options.sharing) = (access, sharing);
    Larder::open(Dir::open_ambient(dir).unwrap(), options).unwrap()
}

#[test]
fn a_second_process_that_would_write_is_told_who_does() {
    let dir = tempfile::tempdir().unwrap();
    let larder = CommandLine::new(dir.path());
    let writer = Writer::start(&larder);
    let holder = writer.0.id().to_string();
    let notes = plugin("notes");
    let notes = notes.to_str().unwrap();

    let writes: [&[&str]; 5] = [
        &["run", "-w", "w", notes, "--", "put", "k", "v"],
        &["set", "-w", "w", "-p", "acks", "k", "v"],
        &["rm", "-w", "w", "-p", "acks", "k0"],
        &["rm", "--all", "--yes", "-w", "w", "-p", "acks"],
        &["rm", "--all", "--yes", "-w", "w"],
    ];
    for write in writes {
        let line = larder.run(write).one_clear_line(IN_USE);
        assert!(line.contains("'w'") && line.contains(&holder), "{line}");
    }
    larder.run(["run", "-w", "another", notes, "--", "put", "k", "v"]).printed();

    drop(writer);
    larder.run(["run", "-w", "w", notes, "--", "put", "k", "v"]).printed();
    assert_eq!(larder.run(["get", "-w", "w", "-p", "notes", "k"]).printed(), b"v");
}

#[test]
fn readers_see_what_is_committed_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let larder = CommandLine::new(dir.path());
    let _writer = Writer::start(&larder);
    for _ in 0..5 {
        let listed = larder.run(["ls", "-w", "w", "-p", "acks"]).printed();
        assert!(listed.starts_with(b"k0\n"), "{}", String::from_utf8_lossy(&listed));
        let value = larder.run(["get", "-w", "w", "-p", "acks", "k0"]).printed();
        let number = u64::from_le_bytes(value[..8].try_into().unwrap());
        assert!(number % 50 == 0 && value.chunks(8).all(|part| number.to_le_bytes().starts_with(part)), "{number}");
        let stat = String::from_utf8(larder.run(["stat", "-w", "w", "-p", "acks"]).printed()).unwrap();
        assert!(stat.contains("acks"), "{stat}");
    }
    assert_eq!(larder.run(["ls"]).printed(), b"w\n");
    assert_eq!(larder.run(["ls", "-w", "w"]).printed(), b"acks\n");
}

#[tokio::test]
async fn the_same_holds_for_two_hosts() {
    let dir = tempfile::tempdir().unwrap();
    let (workspace, plugin) = ("w".parse().unwrap(), "p".parse().unwrap());
    let first = open(dir.path(), Access::ReadWrite, Sharing::ReadersBeside);
    first.session(&workspace, &plugin, Limits::default()).set("k", "v").await.unwrap();

    let second = open(dir.path(), Access::ReadWrite, Sharing::ReadersBeside);
    for refused in [
        second.open_workspace(&workspace).await.map(drop),
        second.session(&workspace, &plugin, Limits::default()).get("k").await.map(drop),
        second.session(&workspace, &plugin, Limits::default()).set("k", "w").await,
        second.delete_workspace(&workspace).await.map(drop),
    ] {
        let Err(Error::Unavailable(Fault::Held { workspace, holder, .. })) = refused else { panic!("{refused:?}") };
        assert!(workspace == "w" && holder.contains(&std::process::id().to_string()), "{holder}");
    }
    let reader = open(dir.path(), Access::ReadOnly, Sharing::ReadersBeside);
    for value in ["v", "v2", "v3"] {
        first.session(&workspace, &plugin, Limits::default()).set("k", value).await.unwrap();
        let seen = reader.session(&workspace, &plugin, Limits::default()).get("k").await.unwrap().unwrap();
        assert_eq!(seen, value.as_bytes());
    }

    first.close().await.unwrap();
    second.session(&workspace, &plugin, Limits::default()).set("k", "w").await.unwrap();
    let seen = reader.session(&workspace, &plugin, Limits::default()).get("k").await.unwrap().unwrap();
    assert_eq!(seen, b"w");
}

#[tokio::test]
async fn an_exclusive_one_is_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (workspace, plugin) = ("w".parse().unwrap(), "p".parse().unwrap());
    let alone = open(dir.path(), Access::ReadWrite, Sharing::Exclusive);
    alone.session(&workspace, &plugin, Limits::default()).set("k", "v").await.unwrap();

    let larder = CommandLine::new(dir.path());
    for line in [["get", "-w", "w", "-p", "p", "k"].as_slice(), &["set", "-w", "w", "-p", "p", "k", "w"]] {
        let line = larder.run(line).one_clear_line(IN_USE);
        assert!(line.contains("'w'") && line.contains(&std::process::id().to_string()), "{line}");
    }
    alone.close().await.unwrap();
    assert_eq!(larder.run(["get", "-w", "w", "-p", "p", "k"]).printed(), b"v");
}
