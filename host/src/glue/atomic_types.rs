/// Converts what is sent and answered in `atomic`, whose types are made anew for each kind of host.
macro_rules! convert_atomic_types {
    () => {
        impl From<larder_store::Entry> for Entry {
            fn from(entry: larder_store::Entry) -> Self {
                let larder_store::Entry { value, version, expires_in } = entry;
                // An interface cannot say more than 584 million years of a time to live.
                let expires_in_ms = expires_in.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
                Self { value, version: version.into(), expires_in_ms }
            }
        }

        impl<'a> From<&'a Check> for larder_store::Check<'a> {
            fn from(check: &'a Check) -> Self {
                Self { at: (&check.at).into(), expect: check.expect.into() }
            }
        }

        impl From<Action> for larder_store::Action {
            fn from(action: Action) -> Self {
                match action {
                    Action::Set(value) => Self::Set(value),
                    Action::SetExpiring(Expiring { value, expires_in_ms }) => {
                        Self::SetExpiring { value, expires_in: std::time::Duration::from_millis(expires_in_ms) }
                    }
                    Action::Delete => Self::Delete,
                    Action::Add(by) => Self::Add(by),
                }
            }
        }

        impl From<larder_store::Outcome> for Outcome {
            fn from(outcome: larder_store::Outcome) -> Self {
                match outcome {
                    larder_store::Outcome::Committed(version) => Self::Committed(version.into()),
                    larder_store::Outcome::Conflict(check) => Self::Conflict(check),
                }
            }
        }
    };
}

pub(crate) use convert_atomic_types;
