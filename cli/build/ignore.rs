use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// What lies in a folder and is not ours: the lines of a `.gitignore`, of the simple kinds that are used here.
#[derive(Debug)]
pub struct Ignore(Vec<Pattern>);

/// A name with at most one `*`; at the top alone, or anywhere.
#[derive(Clone, Debug)]
struct Pattern {
    at_top: bool,
    before: String,
    /// What follows the `*`; none where there is none.
    after: Option<String>,
}

impl Ignore {
    /// What the file says; nothing where there is none.
    pub fn read(file: &Path) -> io::Result<Self> {
        match fs::read_to_string(file) {
            Ok(text) => Self::parse(&text)
                .map_err(|line| io::Error::other(format!("{}: cannot make out {line:?}", file.display()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self(Vec::new())),
            Err(error) => Err(error),
        }
    }

    /// Gives a line that is of no kind known here.
    fn parse(text: &str) -> Result<Self, &str> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(|line| Pattern::parse(line).ok_or(line)).collect::<Result<_, _>>().map(Self)
    }

    /// What either says.
    pub fn and(&self, other: &Self) -> Self {
        Self([&self.0[..], &other.0].concat())
    }

    /// Whether a file or folder of this name is meant.
    pub fn covers(&self, name: &str, at_top: bool) -> bool {
        self.0.iter().any(|pattern| (at_top || !pattern.at_top) && pattern.matches(name))
    }
}

impl Pattern {
    fn parse(line: &str) -> Option<Self> {
        let name = line.strip_suffix('/').unwrap_or(line);
        let (at_top, name) = match name.strip_prefix('/') {
            Some(name) => (true, name),
            None => (false, name),
        };
        let (before, after) = match name.split_once('*') {
            Some((before, after)) => (before, Some(after)),
            None => (name, None),
        };
        let known = !name.is_empty() && !before.contains(['/', '!', '?', '[', '\\']);
        let known = known && !after.is_some_and(|after| after.contains(['/', '*', '?', '[', '\\']));
        known.then(|| Self { at_top, before: before.to_owned(), after: after.map(str::to_owned) })
    }

    fn matches(&self, name: &str) -> bool {
        match &self.after {
            Some(after) => name.strip_prefix(&*self.before).is_some_and(|rest| rest.ends_with(&**after)),
            None => name == self.before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_covered_as_git_does() {
        let text = "# what a build makes\n\n/build/\n/*.js\nnode_modules/\n*.pyc\n";
        let [ignore, nothing] = [text, ""].map(|text| Ignore::parse(text).unwrap());
        for ignore in [ignore.and(&nothing), nothing.and(&ignore)] {
            for (name, at_top, anywhere) in [
                ("build", true, false),
                ("notes.js", true, false),
                ("node_modules", true, true),
                ("a.pyc", true, true),
                ("builds", false, false),
                ("notes.json", false, false),
                ("notes.ts", false, false),
            ] {
                assert_eq!(ignore.covers(name, true), at_top, "{name}");
                assert_eq!(ignore.covers(name, false), anywhere, "{name}");
            }
        }
    }

    #[test]
    fn what_it_cannot_make_out_is_told_not_passed_over() {
        for line in ["!kept", "a/b", "*.*.js", "**", "[ab]", "/"] {
            assert_eq!(Ignore::parse(line).unwrap_err(), line);
        }
    }

    #[test]
    fn a_file_that_is_not_there_covers_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(".gitignore");
        assert!(!Ignore::read(&file).unwrap().covers("x", true));
        fs::write(&file, "x\n").unwrap();
        assert!(Ignore::read(&file).unwrap().covers("x", true));
        fs::write(&file, "!x\n").unwrap();
        assert!(Ignore::read(&file).unwrap_err().to_string().ends_with(r#"cannot make out "!x""#));
    }
}
