use larder_store::Error as StoreError;
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
        match kind {
            Kind::Store(error) => Ok((&self.admit(error)?).into()),
            Kind::Handle(error) => Err(error.into()),
        }
    }
}

impl StorageView<'_> {
    /// Lets an error go on to the plugin, after the host was told; not one that ends the call.
    pub(crate) fn admit(&self, error: StoreError) -> wasmtime::Result<StoreError> {
        if let StoreError::Conflict = error {
            return Err(error.into());
        }
        if let Some(hook) = &self.ctx.on_error {
            hook(&error);
        }
        Ok(error)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use larder_store::{Excess, Fault, Larder, Limits, Options, Unit};

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
        let fault = || Fault::Held { workspace: "tenant-7".into(), holder: "process 4711".into(), component: false };
        let unavailable = types::Error::from(&StoreError::Unavailable(fault()));
        assert!(matches!(unavailable, types::Error::Unavailable), "{unavailable:?}");
        let unknown = types::Error::from(&StoreError::OutcomeUnknown(fault()));
        assert!(matches!(unknown, types::Error::OutcomeUnknown), "{unknown:?}");
    }

    #[test]
    fn a_limit_keeps_its_case_its_unit_and_both_numbers() {
        let excess = Excess { unit: Unit::Items, limit: 3, actual: 4 };
        let types::Error::QuotaExceeded(told) = types::Error::from(&StoreError::QuotaExceeded(excess)) else {
            panic!("another case");
        };
        assert!(matches!(told, types::Excess { unit: types::Unit::Items, limit: 3, actual: 4 }), "{told:?}");
    }
}
