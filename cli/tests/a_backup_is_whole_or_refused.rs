//! `export` writes all of a workspace as of one moment, and `import` makes it again or nothing at all.

mod larder;

use std::fs;
use std::thread;
use std::time::Duration;

use larder::Place;
use larder_store::{Address, Grant};

const MIB: usize = 1 << 20;

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at / 255) as u8 ^ at as u8).collect()
}

/// A larder with a workspace `w`, in which there is something of everything.
fn filled() -> Place {
    let place = Place::new();
    place.run_with_input(["set", "-w", "w", "-p", "files", "large", "-"], &bytes(5 * MIB + 3)).prints("");
    place.run_with_input(["set", "-w", "w", "-p", "files", "chunk", "-"], &bytes(MIB)).prints("");
    place.run(["set", "-w", "w", "-p", "files", "", ""]).prints("");
    place.run(["set", "-w", "w", "-p", "no tes", "two\nlines", "é"]).prints("");
    place.run(["set", "-w", "w", "--shared", "motd", "closed"]).prints("");
    place.run(["set", "-w", "w", "--shared", "--expires-in", "1h", "until", "tomorrow"]).prints("");
    place
}

#[track_caller]
fn assert_filled(place: &Place, workspace: &str) {
    let at = |args: &[&str]| place.run([&args[..1], &["-w", workspace], &args[1..]].concat());
    at(&["get", "-p", "files", "large"]).prints(bytes(5 * MIB + 3));
    at(&["get", "-p", "files", "chunk"]).prints(bytes(MIB));
    at(&["get", "-p", "files", ""]).prints("");
    at(&["get", "-p", "no tes", "two\nlines"]).prints("é");
    at(&["get", "--shared", "motd"]).prints("closed");
    at(&["get", "--shared", "until"]).prints("tomorrow");
    at(&["ls"]).prints("files\nno tes\n");
    at(&["ls", "-p", "files"]).prints("\nchunk\nlarge\n");
    at(&["ls", "--shared"]).prints("motd\nuntil\n");
}

#[test]
fn a_workspace_comes_back_by_file_and_by_pipe_under_any_name() {
    let place = filled();
    place.run(["export", "-w", "w", "w.larder"]).prints("");
    place.run(["import", "-w", "copy", "w.larder"]).prints("");
    assert_filled(&place, "copy");

    let piped = place.run(["export", "-w", "copy"]);
    assert_eq!((piped.code, &*piped.stderr), (Some(0), ""));
    place.run_with_input(["--dir", "other", "import", "-w", "w", "-"], &piped.stdout).prints("");
    place.run(["--dir", "other", "get", "-w", "w", "-p", "files", "large"]).prints(bytes(5 * MIB + 3));
    place.run(["--dir", "other", "ls"]).prints("w\n");

    // What expires still does.
    let session = place.session("copy", "p").with_grant(Grant::read());
    let left = pollster::block_on(session.entry(Address::shared("until"))).unwrap().unwrap().expires_in.unwrap();
    assert!(left > Duration::from_secs(3500) && left < Duration::from_secs(3600), "{left:?}");
}

#[test]
fn what_expired_since_is_left_out() {
    let place = Place::new();
    place.run(["set", "-w", "w", "-p", "p", "--expires-in", "1s", "soon", "v"]).prints("");
    place.run(["set", "-w", "w", "-p", "p", "stays", "v"]).prints("");
    place.run(["export", "-w", "w", "w.larder"]).prints("");
    thread::sleep(Duration::from_millis(1100));
    place.run(["import", "-w", "v", "w.larder"]).prints("");
    place.run(["ls", "-w", "v", "-p", "p"]).prints("stays\n");
}

#[test]
fn a_host_goes_on_writing_while_its_workspace_is_exported() {
    let place = Place::new();
    let session = place.session("w", "p");
    // The two are always set together, and only together: at no moment do they differ.
    let set_both = |number: u32| {
        use larder_store::{Action, Change};
        let change = |key| Change { at: Address::private(key), action: Action::Set(number.to_string().into_bytes()) };
        pollster::block_on(session.apply(&[], vec![change("a"), change("z")])).unwrap();
    };
    set_both(0);
    let stop = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| (1..).take_while(|_| !stop.load(std::sync::atomic::Ordering::Relaxed)).for_each(set_both));
        for number in 0..5 {
            let file = format!("{number}.larder");
            place.run(["export", "-w", "w", &file]).prints("");
            place.run(["--dir", &format!("larder-{number}"), "import", "-w", "w", &file]).prints("");
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    for number in 0..5 {
        let value = |key| place.run(["--dir", &format!("larder-{number}"), "get", "-w", "w", "-p", "p", key]).stdout;
        assert_eq!(value("a"), value("z"));
        assert!(!value("a").is_empty());
    }
}

#[test]
fn a_damaged_file_is_refused_and_makes_nothing() {
    let place = filled();
    place.run(["export", "-w", "w", "w.larder"]).prints("");
    let whole = fs::read(place.path("w.larder")).unwrap();
    let places = [0, 15, 16, 20, 30, 60, MIB, whole.len() / 2, whole.len() - 20, whole.len() - 1];
    for byte in places {
        let mut mutant = whole.clone();
        mutant[byte] ^= 0x10;
        fs::write(place.path("mutant.larder"), &mutant).unwrap();
        let reason = match byte {
            0 => "this is not an export of a workspace",
            15 => "the export has a format that this version does not know",
            _ => "the export is damaged",
        };
        place.run(["--dir", "new", "import", "-w", "v", "mutant.larder"]).fails(2, reason);
        place.run_with_input(["import", "-w", "v"], &mutant).fails(2, reason);

        fs::write(place.path("short.larder"), &whole[..byte]).unwrap();
        let reason = if byte < 16 { "this is not an export of a workspace" } else { "the export is cut off" };
        place.run(["--dir", "new", "import", "-w", "v", "short.larder"]).fails(2, reason);
        place.run_with_input(["import", "-w", "v"], &whole[..byte]).fails(2, reason);
        assert!(!place.path("new").exists(), "a file is checked before a larder is made");
        place.run(["ls"]).prints("w\n");
    }
    let two = [&*whole, &*whole].concat();
    place.run_with_input(["import", "-w", "v"], &two).fails(2, "the export is damaged");
    place.run_with_input(["import", "-w", "v"], b"larder export 2\n and so on").fails(2, "a format that this version");
    place.run(["ls"]).prints("w\n");
}

#[test]
fn what_is_there_is_never_overwritten() {
    let place = filled();
    place.run(["export", "-w", "w", "w.larder"]).prints("");
    place.run(["set", "-w", "v", "-p", "p", "k", "v"]).prints("");
    place.run(["import", "-w", "v", "w.larder"]).fails(1, "there is a workspace 'v' already");
    place.run(["get", "-w", "v", "-p", "p", "k"]).prints("v");
    place.run(["ls", "-w", "v"]).prints("p\n");

    // A backup that fails leaves the last one.
    place.run(["export", "-w", "x", "w.larder"]).fails(1, "there is no workspace 'x'");
    place.run(["import", "-w", "copy", "w.larder"]).prints("");
    // One that succeeds replaces it, and leaves nothing else.
    place.run(["export", "-w", "v", "w.larder"]).prints("");
    place.run(["import", "-w", "copy-of-v", "w.larder"]).prints("");
    place.run(["ls", "-w", "copy-of-v"]).prints("p\n");
    let mut names: Vec<_> = fs::read_dir(place.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["larder-data", "w.larder"]);
}

#[cfg(unix)]
#[test]
fn a_backup_is_no_more_readable_than_the_one_that_it_replaces() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let place = filled();
    fs::write(place.path("private.larder"), "").unwrap();
    fs::set_permissions(place.path("private.larder"), PermissionsExt::from_mode(0o600)).unwrap();
    symlink("private.larder", place.path("latest.larder")).unwrap();
    for name in ["private.larder", "latest.larder"] {
        place.run(["export", "-w", "w", name]).prints("");
        let written = fs::metadata(place.path("private.larder")).unwrap();
        assert!(written.permissions().mode() & 0o777 == 0o600 && written.len() > 0, "{name}: {written:?}");
    }
    assert!(fs::symlink_metadata(place.path("latest.larder")).unwrap().is_symlink());
}

#[test]
fn what_cannot_be_read_or_written_is_told() {
    let place = filled();
    place.run(["import", "-w", "v", "missing.larder"]).fails(2, "cannot read missing.larder");
    place.run(["export", "-w", "w", "missing/w.larder"]).fails(3, "cannot write missing/w.larder");
    place.run(["import", "-w", "v"]).fails(2, "this is not an export of a workspace");
    place.run(["import", "-w", "v", "larder-data"]).fails(2, "cannot read larder-data: ");
    fs::write(place.path("text"), "hello").unwrap();
    place.run(["import", "-w", "v", "text"]).fails(2, "text: this is not an export of a workspace");
    place.run(["--dir", "none", "export", "-w", "w"]).fails(1, "there is no larder at none");
    place.run(["ls"]).prints("w\n");
}

#[cfg(unix)]
#[test]
fn an_import_that_is_told_to_end_leaves_nothing() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let place = filled();
    let file = place.run(["export", "-w", "w"]).stdout;
    let mut larder = Command::new(env!("CARGO_BIN_EXE_larder"));
    larder.args(["import", "-w", "v"]).current_dir(place.path("")).env_remove("LARDER_DIR");
    let mut import = larder.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = import.stdin.take().unwrap();
    input.write_all(&file[..3 * MIB]).unwrap();
    while place.run(["ls"]).stdout != b"v\nw\n" {
        thread::sleep(Duration::from_millis(10));
    }
    assert!(Command::new("kill").arg(import.id().to_string()).status().unwrap().success());
    thread::sleep(Duration::from_millis(200));
    // It ends before it has read all of that.
    let _ = input.write_all(&file[3 * MIB..]);
    drop(input);
    let output = import.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), &*told), (Some(3), "larder: cannot read the export: it was interrupted\n"));
    place.run(["ls"]).prints("w\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_and_a_closed_pipe_are_failures() {
    let place = filled();
    place.run(["export", "-w", "w", "/dev/full"]).fails(3, "cannot write /dev/full: No space left on device");
    let shell = r#""$0" export -w w | true; exit "${PIPESTATUS[0]}""#;
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", shell, env!("CARGO_BIN_EXE_larder")]).current_dir(place.path("")).env_remove("LARDER_DIR");
    let output = bash.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write the export: Broken pipe"), "{output:?}");
}
