use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use larder_store::{Error, Fault};

use crate::escape::OneLine;
use crate::exit::Exit;

/// Why a command ends early.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    error: Option<anyhow::Error>,
}

impl Failure {
    /// A failure with something to tell.
    pub fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: Some(error.into()) }
    }

    /// Nobody reads the output any more, as behind `| head`.
    pub fn reader_gone() -> Self {
        Self { exit: Exit::Done, error: None }
    }

    /// Says `context` before what there is to tell.
    pub fn context(self, context: impl fmt::Display + Send + Sync + 'static) -> Self {
        Self { exit: self.exit, error: self.error.map(|error| error.context(context)) }
    }

    /// Says which larder it was, where the store failed.
    pub fn of_larder(self, path: &Path) -> Self {
        let path = path.display();
        match self.error.as_ref().and_then(|error| error.downcast_ref()) {
            Some(error @ Error::Unavailable(Fault::Held { workspace, component: true, .. })) => {
                self.exit.because(format!("{path}: {error}; if that has ended, run `larder unlock -w {workspace}`"))
            }
            Some(error) if is_fault(error) => self.context(path.to_string()),
            _ => self,
        }
    }

    /// Tells the operator.
    pub fn tell(self) -> Exit {
        if let Some(error) = self.error {
            tell(&format!("{error:#}"));
        }
        self.exit
    }
}

/// Writes a line to standard error: the one place that does.
pub fn tell(text: &str) {
    // What the plugin has printed comes first.
    let _ = io::stdout().flush();
    // Where even standard error is closed, the exit code is left to tell.
    let _ = writeln!(io::stderr(), "larder: {}", OneLine(text));
}

/// Whether it is the larder that failed, rather than refused what was asked of it.
pub fn is_fault(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::OutcomeUnknown(_) | Error::Damaged)
}

impl Exit {
    /// A failure that ends in this way.
    pub fn because(self, reason: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Failure {
        Failure::new(self, anyhow::Error::msg(reason))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = match error {
            Error::KeyTooLong(_) | Error::ValueTooLarge(_) | Error::Unavailable(Fault::NotALarder) => Exit::BadInput,
            _ => Exit::Larder,
        };
        Self::new(exit, error)
    }
}
