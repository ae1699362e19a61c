/// What a plugin may do with the store that its workspace shares, as the host decides.
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

impl Grant {
    /// Nothing at all, the default: every call is [`Error::AccessDenied`](crate::Error::AccessDenied).
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
    ///
    /// A key, or a listing, outside of it is denied, and so is what the store holds altogether; nothing is narrowed.
    pub fn within(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Whether it grants nothing.
    pub fn is_none(&self) -> bool {
        self.level == Level::None
    }

    pub(crate) fn may_read(&self, key_or_prefix: &str) -> bool {
        self.level >= Level::Read && key_or_prefix.starts_with(&self.prefix)
    }

    pub(crate) fn may_write(&self, key_or_prefix: &str) -> bool {
        self.level == Level::Write && key_or_prefix.starts_with(&self.prefix)
    }
}
