use crate::ground::{Granted, Level};

const USAGE: &str =
    "usage: conformance [--list] [--shared none|read|write] [--within PREFIX] [--exact NAME | PROMISE…]";

/// What is asked for.
pub struct Arguments {
    pub task: Task,
    pub selection: Selection,
    /// What the host is said to grant of the shared store; none where that is to be found out.
    pub granted: Option<Granted>,
}

#[derive(PartialEq, Eq)]
pub enum Task {
    List,
    Check,
}

/// Which cases.
pub enum Selection {
    /// The one of this name.
    Exactly(String),
    /// Those whose names begin with one of these; all, where there are none.
    Beginning(Vec<String>),
}

impl Arguments {
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut task = Task::Check;
        let (mut exactly, mut beginning) = (None, Vec::new());
        let (mut level, mut prefix) = (None, String::new());
        while let Some(word) = words.next() {
            match word.as_str() {
                "--list" => task = Task::List,
                "--exact" => exactly = Some(words.next().ok_or(USAGE)?),
                "--shared" => level = Some(Level::parse(&words.next().ok_or(USAGE)?).ok_or(USAGE)?),
                "--within" => prefix = words.next().ok_or(USAGE)?,
                option if option.starts_with('-') => return Err(USAGE.to_owned()),
                _ => beginning.push(word),
            }
        }
        let selection = match exactly {
            Some(name) if beginning.is_empty() => Selection::Exactly(name),
            Some(_) => return Err(USAGE.to_owned()),
            None => Selection::Beginning(beginning),
        };
        let granted = match level {
            Some(level) => Some(Granted { level, prefix }),
            None if prefix.is_empty() => None,
            None => return Err("--within is a part of --shared read or --shared write".to_owned()),
        };
        Ok(Self { task, selection, granted })
    }
}

impl Selection {
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::Exactly(wanted) => wanted == name,
            Self::Beginning(wanted) => wanted.is_empty() || wanted.iter().any(|begin| name.starts_with(begin)),
        }
    }
}
