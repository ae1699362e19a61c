//! A plugin that was compiled before starts at once; and nobody else can put one there.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use larder_host::{CacheRefused, CompileCache, Runtime, RuntimeOptions};

fn load(cache: &CompileCache) {
    let mut options = RuntimeOptions::default();
    options.compile_cache = Some(cache.clone());
    let component = wat::parse_str(include_str!("components/storage.wat")).unwrap();
    Runtime::new(options).unwrap().load(&component).unwrap();
}

#[test]
fn what_was_compiled_and_kept_is_known_beforehand() {
    let temporary = tempfile::tempdir().unwrap();
    let runtime = |directory: Option<&str>| {
        let mut options = RuntimeOptions::default();
        options.compile_cache = directory.map(|name| CompileCache::in_directory(temporary.path().join(name)).unwrap());
        Runtime::new(options).unwrap()
    };
    let component = wat::parse_str(include_str!("components/storage.wat")).unwrap();
    let unlinked = wat::parse_str(r#"(component (import "foo" (func)))"#).unwrap();
    let first = runtime(Some("cache"));
    assert!(!first.has_compiled(&component));
    first.load(&component).unwrap();
    first.load(&unlinked).unwrap_err();
    for later in [first, runtime(Some("cache"))] {
        assert!(later.has_compiled(&component));
        assert!(!later.has_compiled(&unlinked) && !later.has_compiled(b"another"));
    }
    for elsewhere in [runtime(Some("other")), runtime(None)] {
        elsewhere.load(&wat::parse_str("(component)").unwrap()).unwrap();
        assert!(!elsewhere.has_compiled(&component));
    }
}

#[test]
fn what_could_not_be_kept_is_not_taken_for_kept() {
    let temporary = tempfile::tempdir().unwrap();
    let directory = temporary.path().join("cache");
    let mut options = RuntimeOptions::default();
    options.compile_cache = Some(CompileCache::in_directory(&directory).unwrap());
    let runtime = Runtime::new(options).unwrap();
    // Where wasmtime would have its directory.
    fs::write(directory.join("wasmtime/modules"), "in the way").unwrap();
    let component = wat::parse_str(include_str!("components/storage.wat")).unwrap();
    runtime.load(&component).unwrap();
    assert!(!runtime.has_compiled(&component));
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_was_compiled_is_found_by_the_next() {
    let temporary = tempfile::tempdir().unwrap();
    let directory = temporary.path().join("cache/larder");
    let first = CompileCache::in_directory(&directory).unwrap();
    assert_eq!(mode(&directory), 0o700);
    load(&first);
    assert_eq!(first.hits(), 0);
    let second = CompileCache::in_directory(&directory).unwrap();
    load(&second);
    assert_eq!(second.hits(), 1);
}

#[test]
fn a_directory_that_others_could_change_is_refused() {
    let temporary = tempfile::tempdir().unwrap();
    let (above, directory) = (temporary.path().join("above"), temporary.path().join("above/cache"));
    CompileCache::in_directory(&directory).unwrap();

    set_mode(&directory, 0o750);
    assert!(matches!(CompileCache::in_directory(&directory), Err(CacheRefused::Open(_))));
    set_mode(&directory, 0o770);
    assert!(matches!(CompileCache::in_directory(&directory), Err(CacheRefused::Writable(_))));
    set_mode(&directory, 0o700);

    set_mode(&above, 0o777);
    assert!(
        matches!(CompileCache::in_directory(&directory), Err(CacheRefused::Writable(path)) if path.ends_with("above"))
    );
    // Then others cannot move what is not theirs.
    set_mode(&above, 0o1777);
    CompileCache::in_directory(&directory).unwrap();

    let file = temporary.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(CompileCache::in_directory(&file), Err(CacheRefused::Io(..))));
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&directory, Some(65534), None).unwrap();
        assert!(matches!(CompileCache::in_directory(&directory), Err(CacheRefused::Foreign(_))));
    }
}
