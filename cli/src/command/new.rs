#[cfg(test)]
#[path = "../../build/ignore.rs"]
mod ignore;
mod manifest;
mod readme;
mod rust;
mod template;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use self::template::{SourceFile, Template};
use crate::cli::New;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::print;

/// Writes a project for a plugin, and says what to do next.
pub fn new(New { language, project: dir }: &New) -> Result<Exit, Failure> {
    let files = Template::of(*language).files().map_err(|error| Failure::new(Exit::Larder, error))?;
    let next = next(dir, &files);
    make_empty(dir)?;
    for SourceFile { path, contents } in &files {
        write(&dir.join(path), contents)?;
    }
    print(|out| next.iter().try_for_each(|line| writeln!(out, "{line}")))?;
    Ok(Exit::Done)
}

/// Makes the directory, unless there is one and it is empty.
fn make_empty(dir: &Path) -> Result<(), Failure> {
    let cannot = |what, error| Failure::new(Exit::Larder, error).context(format!("cannot {what} {}", dir.display()));
    match fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Exit::BadInput.because(format!("{} is not empty", dir.display()))),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(dir).map_err(|error| cannot("make", error))
        }
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            Err(Exit::BadInput.because(format!("{} is not a directory", dir.display())))
        }
        Err(error) => Err(cannot("read", error)),
    }
}

fn write(file: &Path, contents: &[u8]) -> Result<(), Failure> {
    let folder = file.parent().expect("it is in the project's directory");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, contents))
        .map_err(|error| Failure::new(Exit::Larder, error).context(format!("cannot write {}", file.display())))
}

/// What a shell does next: what the README says under Install and Build, and the first of what it says under Run.
fn next(dir: &Path, files: &[SourceFile]) -> Vec<String> {
    let readme = files.iter().find(|file| file.path == "README.md").map(|file| String::from_utf8_lossy(&file.contents));
    let readme = readme.unwrap_or_default();
    let commands = |heading| readme::commands(&readme, heading).into_iter().map(str::to_owned);
    let mut lines = vec![format!("cd {}", in_shell(&dir.to_string_lossy()))];
    lines.extend(commands("Install"));
    lines.extend(commands("Build"));
    lines.extend(commands("Run").take(1));
    lines
}

/// As a shell reads it: in quotes, if it must be.
fn in_shell(path: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "/._-+@%:,".contains(character);
    match path.chars().all(is_plain) {
        true => path.to_owned(),
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_of_a_shell() {
        for (path, word) in [
            ("../my-plugin_2.0", "../my-plugin_2.0"),
            ("my notes", "'my notes'"),
            ("it's", r"'it'\''s'"),
            ("$x", "'$x'"),
        ] {
            assert_eq!(in_shell(path), word);
        }
    }
}
