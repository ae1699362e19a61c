use larder_store::{Error as StoreError, Excess, Unit};
use wasmtime::component::ResourceTableError;

use crate::bindings::types;
use crate::ctx::StorageView;

/// What an implementation of the interfaces fails with: a value for the plugin, save where the call cannot go on.
///
/// It cannot where a whole call is in [conflict](StoreError::Conflict), of which a plugin is told nothing: the host runs
/// the call again. Nor where a host has mixed up the resources of two plugins.
#[derive(Debug)]
pub struct Error(Kind);

#[derive(Debug)]
enum Kind {
    Store(StoreError),
    Handle(ResourceTableError),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self(Kind::Store(error))
    }
}

impl From<ResourceTableError> for Error {
    fn from(error: ResourceTableError) -> Self {
        Self(Kind::Handle(error))
    }
}

impl types::Host for StorageView<'_> {
    fn convert_error(&mut self, Error(kind): Error) -> wasmtime::Result<types::Error> {
        let error = match kind {
            Kind::Store(StoreError::Conflict) => return Err(StoreError::Conflict.into()),
            Kind::Store(error) => error,
            Kind::Handle(error) => return Err(error.into()),
        };
        if let Some(hook) = &self.ctx.on_error {
            hook(&error);
        }
        Ok(for_the_plugin(&error))
    }
}

/// The case and its numbers, without the fault beneath.
pub(crate) fn for_the_plugin(error: &StoreError) -> types::Error {
    match error {
        StoreError::KeyTooLong(excess) => types::Error::KeyTooLong(excess.into()),
        StoreError::ValueTooLarge(excess) => types::Error::ValueTooLarge(excess.into()),
        StoreError::BatchTooLarge(excess) => types::Error::BatchTooLarge(excess.into()),
        StoreError::QuotaExceeded(excess) => types::Error::QuotaExceeded(excess.into()),
        StoreError::TooManyOpen(excess) => types::Error::TooManyOpen(excess.into()),
        StoreError::NotACounter => types::Error::NotACounter,
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
    use std::sync::{Arc, Mutex};

    use larder_store::{Fault, Larder, Limits, Options};

    use super::*;
    use crate::StorageCtx;

    #[test]
    fn a_conflict_ends_the_call_and_is_told_to_nobody_else() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let session = Larder::in_memory(Options::default()).session(
            &"w".parse().unwrap(),
            &"p".parse().unwrap(),
            Limits::default(),
        );
        let hook = {
            let told = told.clone();
            move |error: &StoreError| told.lock().unwrap().push(error.to_string())
        };
        let mut ctx = StorageCtx::new(session).on_error(hook);
        let mut convert = |error: StoreError| types::Host::convert_error(&mut StorageView::new(&mut ctx), error.into());
        let ended = convert(StoreError::Conflict).unwrap_err();
        assert!(matches!(ended.downcast_ref(), Some(StoreError::Conflict)), "{ended:?}");
        let answered = convert(StoreError::NotACounter).unwrap();
        assert!(matches!(answered, types::Error::NotACounter), "{answered:?}");
        assert_eq!(*told.lock().unwrap(), [StoreError::NotACounter.to_string()]);
    }

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
