use larder_store::{Error as StoreError, Excess, Unit};

use crate::bindings::types;
use crate::ctx::StorageView;

/// What an implementation of the interfaces fails with: never a trap, always a value for the plugin.
#[derive(Debug)]
pub struct Error(StoreError);

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

impl types::Host for StorageView<'_> {
    fn convert_error(&mut self, Error(error): Error) -> wasmtime::Result<types::Error> {
        if let Some(hook) = &self.ctx.on_error {
            hook(&error);
        }
        Ok(for_the_plugin(&error))
    }
}

/// The case and its numbers, without the fault beneath.
fn for_the_plugin(error: &StoreError) -> types::Error {
    match error {
        StoreError::KeyTooLong(excess) => types::Error::KeyTooLong(excess.into()),
        StoreError::ValueTooLarge(excess) => types::Error::ValueTooLarge(excess.into()),
        StoreError::QuotaExceeded(excess) => types::Error::QuotaExceeded(excess.into()),
        StoreError::AccessDenied => types::Error::AccessDenied,
        StoreError::Damaged => types::Error::Damaged,
        StoreError::Unavailable(_) => types::Error::Unavailable,
        StoreError::OutcomeUnknown(_) => types::Error::OutcomeUnknown,
        _ => types::Error::Other("the store failed".to_owned()),
    }
}

impl From<&Excess> for types::Excess {
    fn from(excess: &Excess) -> Self {
        let unit = match excess.unit {
            Unit::Bytes => types::Unit::Bytes,
            Unit::Items => types::Unit::Items,
            Unit::Handles => types::Unit::Handles,
        };
        Self { unit, limit: excess.limit, actual: excess.actual }
    }
}

#[cfg(test)]
mod tests {
    use larder_store::Fault;

    use super::*;

    #[test]
    fn a_plugin_learns_nothing_of_a_fault() {
        let fault = || Fault::Held { workspace: "tenant-7".into(), holder: "process 4711".into() };
        let unavailable = for_the_plugin(&StoreError::Unavailable(fault()));
        assert!(matches!(unavailable, types::Error::Unavailable), "{unavailable:?}");
        let unknown = for_the_plugin(&StoreError::OutcomeUnknown(fault()));
        assert!(matches!(unknown, types::Error::OutcomeUnknown), "{unknown:?}");
    }

    #[test]
    fn a_limit_keeps_its_case_its_unit_and_both_numbers() {
        let excess = Excess { unit: Unit::Items, limit: 3, actual: 4 };
        let types::Error::QuotaExceeded(told) = for_the_plugin(&StoreError::QuotaExceeded(excess)) else {
            panic!("another case");
        };
        assert!(matches!(told, types::Excess { unit: types::Unit::Items, limit: 3, actual: 4 }), "{told:?}");
    }
}
