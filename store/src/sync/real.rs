#[cfg(not(target_os = "wasi"))]
pub(crate) use std::sync::Condvar;
pub(crate) use std::sync::{Arc, Mutex, MutexGuard, RwLock, Weak, atomic};
pub(crate) use std::thread;
pub(crate) use std::time::Instant;

pub(crate) use pollster::block_on;
