use wasmtime::Result;
use wasmtime::error::bail;

use crate::{Loops, Run, Shape, SyncHost};

/// A host that is read by `wasi:keyvalue`.
pub struct Keyvalue(pub SyncHost);

impl Loops for Keyvalue {
    fn floor(&mut self, key: &str, shape: Shape) -> Result<Run> {
        self.0.floor(key, shape)
    }

    fn get(&mut self, key: &str, shape: Shape) -> Result<Run> {
        self.0.keyvalue_get(key, shape)
    }

    fn set(&mut self, _key: &str, _value_bytes: u32, _shape: Shape) -> Result<Run> {
        bail!("only read")
    }
}
