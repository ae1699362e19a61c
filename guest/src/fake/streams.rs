//! Readers and writers, with the functions that the generated bindings give them.

use std::cell::RefCell;
use std::sync::Arc;

use super::grant::Access;
use super::reserved::Reserved;
use super::value::Value;
use super::workspace::{Handle, call, committing_call, within};
use crate::bindings::larder::storage::types::{Address, Error, Expectation, Unit};

/// A value as it was when opened.
#[derive(Debug)]
pub struct Reader {
    value: Value,
    _handle: Handle,
}

/// A value being written.
#[derive(Debug)]
pub struct Writer {
    at: Address,
    expect: Option<Expectation>,
    expires_at_ms: Option<u64>,
    bytes: RefCell<Vec<u8>>,
    reserved: Arc<Reserved>,
    _handle: Handle,
}

pub fn open(at: &Address) -> Result<Option<Reader>, Error> {
    call(|workspace| {
        let value = workspace.value(at.store, &at.key)?.cloned();
        let handle = workspace.open_handle()?;
        Ok(value.map(|value| Reader { value, _handle: handle }))
    })
}

pub fn create(at: &Address, expect: Option<Expectation>, expires_in_ms: Option<u64>) -> Result<Writer, Error> {
    call(|workspace| {
        workspace.allow(Access::Write, at.store, &at.key)?;
        Ok(Writer {
            at: at.clone(),
            expect,
            expires_at_ms: expires_in_ms.and_then(|expires_in_ms| workspace.expiry(expires_in_ms)),
            bytes: RefCell::default(),
            _handle: workspace.open_handle()?,
            reserved: workspace.reservation(at.store),
        })
    })
}

impl Reader {
    pub fn size(&self) -> u64 {
        self.value.size()
    }

    pub fn version(&self) -> u64 {
        self.value.version
    }

    pub fn read(&self, offset: u64, most: u32) -> Result<Vec<u8>, Error> {
        call(|workspace| {
            let most = most.min(workspace.limits.chunk_bytes) as usize;
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.value.bytes.len());
            let rest = &self.value.bytes[start..];
            Ok(rest[..most.min(rest.len())].to_vec())
        })
    }
}

impl Writer {
    pub fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        call(|workspace| {
            let mut written = self.bytes.borrow_mut();
            let count = bytes.len() as u64;
            within(Unit::Bytes, workspace.limits.chunk_bytes.into(), count).map_err(Error::BatchTooLarge)?;
            let size = written.len() as u64 + count;
            within(Unit::Bytes, workspace.limits.value_bytes, size).map_err(Error::ValueTooLarge)?;
            workspace.reserve(&self.reserved, &self.at.key, size)?;
            written.extend_from_slice(bytes);
            Ok(())
        })
    }

    pub fn finish(this: Self) -> Result<Option<u64>, Error> {
        committing_call(|workspace| {
            drop(this.reserved);
            workspace.put(&this.at, this.expect, this.bytes.into_inner(), this.expires_at_ms)
        })
    }
}
