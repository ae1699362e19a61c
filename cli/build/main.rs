//! Gathers what `larder new` writes: the templates, the bindings and the interface, as they stand in the repository.
//!
//! What a build leaves in a template is none of it, though it be there.

mod ignore;

use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use std::{env, fs};

use ignore::Ignore;

/// What it is made of; cargo looks at all that is in a folder. A folder that appears is one more template.
const SOURCES: [&str; 5] = [".gitignore", "Cargo.toml", "examples", "guest", "wit/storage.wit"];

fn main() -> io::Result<()> {
    // Asked at run time: a target directory that several clones share has the script of one of them.
    let here = env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the package is");
    let root = Path::new(&here).join("..").canonicalize()?;
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    println!("cargo::rerun-if-changed=build");

    let everywhere = Ignore::read(&root.join(".gitignore"))?;
    let mut files = ["Cargo.toml", "guest/Cargo.toml", "wit/storage.wit"].map(|file| root.join(file)).to_vec();
    gather(&root.join("guest/src"), &everywhere, &mut files)?;
    for template in folders(&root.join("examples"))? {
        if template.join("README.md").is_file() {
            let ignore = everywhere.and(&Ignore::read(&template.join(".gitignore"))?);
            gather(&template, &ignore, &mut files)?;
        }
    }
    for language in folders(&root.join("guest"))? {
        if language.join("larder").is_dir() {
            gather(&language.join("larder"), &everywhere, &mut files)?;
        }
    }
    files.sort();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    fs::write(out.join("sources.rs"), list(&root, &files))
}

/// The folders in one.
fn folders(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    Ok(folders)
}

/// All files below a folder but what is ignored.
fn gather(dir: &Path, ignore: &Ignore, files: &mut Vec<PathBuf>) -> io::Result<()> {
    gather_below(dir, dir, ignore, files)
}

fn gather_below(top: &Path, dir: &Path, ignore: &Ignore, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if ignore.covers(&path.file_name().unwrap_or_default().to_string_lossy(), dir == top) {
            continue;
        }
        if path.is_dir() {
            gather_below(top, &path, ignore, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// The source of an array of their names, from the repository's top folder, and contents.
fn list(root: &Path, files: &[PathBuf]) -> String {
    let mut source = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(root).expect("it was found there").to_string_lossy().replace('\\', "/");
        writeln!(source, "({name:?}, include_bytes!({:?})),", file.display().to_string()).expect("memory takes it");
    }
    source + "]\n"
}
