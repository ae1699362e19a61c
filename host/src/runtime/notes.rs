use std::fmt::Write as _;
use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use wasmtime::Engine;

use super::CacheRefused;

/// So long a note is good for; then the component is compiled anew, if it is still used.
const GOOD_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Which components were compiled to the end: an empty file for each, beside the cache that they are kept in.
///
/// wasmtime does not tell what is in its cache without compiling what is not.
#[derive(Clone, Debug)]
pub(super) struct Notes(PathBuf);

impl Notes {
    pub fn in_directory(path: &Path) -> Result<Self, CacheRefused> {
        let path = path.join("compiled");
        match fs::create_dir_all(&path) {
            Ok(()) => Ok(Self(path)),
            Err(error) => Err(CacheRefused::Io(path, error)),
        }
    }

    pub fn has(&self, engine: &Engine, component: &[u8]) -> bool {
        is_good(&self.file(engine, component))
    }

    /// Best effort: what is not noted is looked at again.
    pub fn add(&self, engine: &Engine, component: &[u8]) {
        self.forget_old();
        let _ = File::create(self.file(engine, component));
    }

    fn forget_old(&self) {
        let notes = fs::read_dir(&self.0).into_iter().flatten().flatten();
        for note in notes.filter(|note| !is_good(&note.path())) {
            let _ = fs::remove_file(note.path());
        }
    }

    /// Named after the component and all settings that make a difference to what is compiled.
    fn file(&self, engine: &Engine, component: &[u8]) -> PathBuf {
        let mut hash = Sha256Hasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hash);
        hash.0.update(component);
        let mut name = String::new();
        for byte in hash.0.finalize() {
            // Writing to a string does not fail.
            let _ = write!(name, "{byte:02x}");
        }
        self.0.join(name)
    }
}

fn is_good(note: &Path) -> bool {
    let written = fs::symlink_metadata(note).and_then(|metadata| metadata.modified());
    // One from the future is as good as any.
    written.is_ok_and(|written| SystemTime::now().duration_since(written).unwrap_or_default() < GOOD_FOR)
}

/// For what implements [`Hash`] to be hashed so that nobody finds another thing with the same name.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        unreachable!("it is finished as a SHA-256")
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::Config;

    use super::*;

    #[test]
    fn a_note_is_of_one_component_and_one_set_of_settings() {
        let directory = tempfile::tempdir().unwrap();
        let notes = Notes::in_directory(directory.path()).unwrap();
        let (engine, other) = (Engine::default(), Engine::new(Config::new().epoch_interruption(true)).unwrap());
        assert!(!notes.has(&engine, b"component"));
        notes.add(&engine, b"component");
        assert!(notes.has(&engine, b"component"));
        assert!(!notes.has(&engine, b"component2") && !notes.has(&other, b"component"));
    }

    #[test]
    fn a_note_grows_old() {
        let directory = tempfile::tempdir().unwrap();
        let notes = Notes::in_directory(directory.path()).unwrap();
        let engine = Engine::default();
        notes.add(&engine, b"component");
        let file = notes.file(&engine, b"component");
        let written = SystemTime::now() - GOOD_FOR;
        File::options().write(true).open(&file).unwrap().set_modified(written).unwrap();
        assert!(!notes.has(&engine, b"component"));
        notes.add(&engine, b"another");
        assert!(!file.exists() && notes.has(&engine, b"another"));
    }
}
