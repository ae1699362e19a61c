use larder_store::{Error as StoreError, Excess, Unit};
use wasmtime::component::ResourceTableError;

use crate::bindings::types;
use crate::ctx::{StorageView, most_handles};

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
            Kind::Handle(ResourceTableError::Full) => {
                let limit = most_handles(&self.ctx.session) as u64;
                let error = StoreError::TooManyOpen(Excess { unit: Unit::Handles, limit, actual: limit + 1 });
                Ok((&self.admit(error)?).into())
            }
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

    use larder_store::{Fault, Larder, Limits, Options, Session};

    use super::*;
    use crate::StorageCtx;

    fn session() -> Session {
        let (workspace, plugin) = ("w".parse().unwrap(), "p".parse().unwrap());
        Larder::in_memory(Options::default()).session(&workspace, &plugin, Limits::default())
    }

    #[test]
    fn a_full_table_is_a_value_and_a_handle_that_there_is_not_ends_the_call() {
        let mut ctx = StorageCtx::new(session());
        let mut convert =
            |error: ResourceTableError| types::Host::convert_error(&mut StorageView::new(&mut ctx), Error::from(error));
        let told = convert(ResourceTableError::Full).unwrap();
        let limit = 16 + 256;
        assert!(
            matches!(told, types::Error::TooManyOpen(types::Excess { limit: said, actual, .. }) if (said, actual) == (limit, limit + 1)),
            "{told:?}"
        );
        assert!(convert(ResourceTableError::NotPresent).is_err());
    }

    #[test]
    fn a_conflict_ends_the_call_and_is_told_to_nobody_else() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let session = session();
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
