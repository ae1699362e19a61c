use std::process::ExitCode;

/// How the program ends; the numbers are documented in `help.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done as asked.
    Done,
    /// The answer is no: there is no such key, workspace or larder, or the function returned an error.
    No,
    /// What was asked for is wrong, whatever the larder holds.
    BadInput,
    /// The larder, or the machine beneath it, could not do it.
    Larder,
    /// The plugin trapped or was stopped.
    Stopped,
    /// The plugin ended by itself, with this status of its own.
    Plugin(u8),
}

impl Exit {
    /// How the program ends after a command component that ended with `status`.
    pub fn of_plugin(status: i32) -> Self {
        // A failure stays one where the operating system has no room for its number.
        Self::Plugin(u8::try_from(status).unwrap_or(1))
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::No => 1,
            Exit::BadInput => 2,
            Exit::Larder => 3,
            Exit::Stopped => 4,
            Exit::Plugin(status) => status,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_failure_of_a_plugin_becomes_success() {
        assert_eq!(Exit::of_plugin(0), Exit::Plugin(0));
        assert_eq!(Exit::of_plugin(255), Exit::Plugin(255));
        assert_eq!(Exit::of_plugin(256), Exit::Plugin(1));
        assert_eq!(Exit::of_plugin(-1), Exit::Plugin(1));
    }
}
