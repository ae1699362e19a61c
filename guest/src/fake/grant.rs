/// What the plugin may do with the shared store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    level: Level,
    prefix: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    #[default]
    None,
    Read,
    Write,
}

/// What a call does to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

impl Grant {
    /// Nothing at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// To read.
    pub fn read() -> Self {
        Self { level: Level::Read, prefix: String::new() }
    }

    /// To read and write.
    pub fn write() -> Self {
        Self { level: Level::Write, prefix: String::new() }
    }

    /// The same, for keys that start with `prefix` alone.
    #[must_use]
    pub fn within(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    pub(super) fn allows(&self, access: Access, key_or_prefix: &str) -> bool {
        let needed = match access {
            Access::Read => Level::Read,
            Access::Write => Level::Write,
        };
        self.level >= needed && key_or_prefix.starts_with(&self.prefix)
    }
}
