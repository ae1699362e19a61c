use larder_store::keyvalue::{self, Told};
use wasmtime::component::ResourceTableError;

use crate::StorageView;

/// What an implementation of `wasi:keyvalue` fails with: a value for the plugin, save where the call cannot go on.
#[derive(Debug)]
pub struct Error(Kind);

#[derive(Debug)]
enum Kind {
    Call(keyvalue::Error),
    TooManyHandles,
    Handle(ResourceTableError),
}

impl From<keyvalue::Error> for Error {
    fn from(error: keyvalue::Error) -> Self {
        Self(Kind::Call(error))
    }
}

impl From<larder_store::Error> for Error {
    fn from(error: larder_store::Error) -> Self {
        keyvalue::Error::from(error).into()
    }
}

impl From<ResourceTableError> for Error {
    fn from(error: ResourceTableError) -> Self {
        Self(match error {
            ResourceTableError::Full => Kind::TooManyHandles,
            other => Kind::Handle(other),
        })
    }
}

impl StorageView<'_> {
    pub(super) fn tell(&mut self, Error(kind): Error) -> wasmtime::Result<Told> {
        match kind {
            Kind::Call(keyvalue::Error::Storage(error)) => Ok(Told::from(&self.admit(error)?)),
            Kind::Call(error) => Ok(Told::from(&error)),
            Kind::TooManyHandles => {
                Ok(Told::Other("too-many-open: buckets and handles to compare and swap".to_owned()))
            }
            Kind::Handle(error) => Err(error.into()),
        }
    }
}
