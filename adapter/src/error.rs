use larder_store::{Error, Fault};

use crate::bindings::types;
use crate::opened::Failed;

/// Tells whoever runs the plugin what the plugin is not told.
pub fn tell(reason: &str) {
    eprintln!("larder: {reason}");
}

/// Tells it where it is no mistake of the plugin.
pub fn tell_fault(error: &Error) {
    if let Error::Unavailable(fault) | Error::OutcomeUnknown(fault) = error
        && let Fault::Held { workspace, .. } = fault
    {
        tell(&format!("{error}; if that has ended, run `larder unlock -w {workspace}`"));
    } else if matches!(error, Error::Unavailable(_) | Error::OutcomeUnknown(_) | Error::Damaged) {
        tell(&error.to_string());
    }
}

impl From<Failed<Error>> for types::Error {
    fn from(failed: Failed<Error>) -> Self {
        match failed {
            Failed::Closed => Self::Unavailable,
            Failed::Call(error) => {
                tell_fault(&error);
                (&error).into()
            }
        }
    }
}
