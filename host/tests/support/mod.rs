#![allow(dead_code, clippy::unwrap_used, reason = "no test file uses all of it, and all use it in tests")]

pub mod disk;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use larder_host::bindings::types;
use larder_host::{Call, CallError, LoadError, Plugin, Runtime, RuntimeOptions, State};
use larder_store::{Larder, Limits, Options, Session};
use wasmtime::Store;
use wasmtime::component::Instance;

pub const STORAGE: &str = include_str!("../components/storage.wat");
pub const SLEEP: &str = include_str!("../components/sleep.wat");

pub type SetAnswer = Result<(), types::Error>;
pub type GetAnswer = Result<Option<Vec<u8>>, types::Error>;

/// Runs a test on one thread, so that a plugin that never yields hangs that thread and fails the test.
pub fn within_a_minute<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send + 'static) {
    let (ended, end) = mpsc::channel();
    let thread = thread::spawn(move || {
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tokio.block_on(test());
        ended.send(()).unwrap();
    });
    if end.recv_timeout(Duration::from_secs(60)) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("the test did not end within a minute");
    }
    thread.join().unwrap();
}

pub fn runtime(change: impl FnOnce(&mut RuntimeOptions)) -> Runtime {
    let mut options = RuntimeOptions::default();
    change(&mut options);
    Runtime::new(options).unwrap()
}

pub fn session(limits: Limits) -> Session {
    session_in(&Larder::in_memory(Options::default()), limits)
}

pub fn session_in(larder: &Larder, limits: Limits) -> Session {
    larder.session(&"w".parse().unwrap(), &"p".parse().unwrap(), limits)
}

pub fn call() -> Call {
    Call::new(session(Limits::default()))
}

/// Keeps what a call stored, whatever its answer.
pub fn always<T>(_answer: &T) -> bool {
    true
}

pub fn load(runtime: &Runtime, wat: &str) -> Plugin {
    runtime.load(&wat::parse_str(wat).unwrap()).unwrap()
}

/// The error that a component, or what is written in its place, is refused with.
pub fn refusal(wat: &str) -> LoadError {
    runtime(|_| ()).load(&wat::parse_str(wat).unwrap()).unwrap_err()
}

/// A component with one core module, whose functions it exports as `name: func(u32) -> u32`.
pub fn component(module: &str, functions: &[&str]) -> String {
    let exports: String = functions
        .iter()
        .map(|f| format!(r#"(func (export "{f}") (param "n" u32) (result u32) (canon lift (core func $m "{f}")))"#))
        .collect();
    format!("(component (core module $m {module}) (core instance $m (instantiate $m)) {exports})")
}

/// Never ends.
pub fn spin() -> String {
    component(r#"(func (export "spin") (param i32) (result i32) (loop (br 0)) (unreachable))"#, &["spin"])
}

/// Answers with its argument.
pub fn echo() -> String {
    component(r#"(func (export "echo") (param i32) (result i32) (local.get 0))"#, &["echo"])
}

/// Calls an exported `name: func(u32) -> u32`.
pub async fn ask(runtime: &Runtime, plugin: &Plugin, name: &'static str, argument: u32) -> Result<u32, CallError> {
    let ask = async |store: &mut Store<State>, instance: &Instance| {
        let function = instance.get_typed_func::<(u32,), (u32,)>(&mut *store, name)?;
        Ok(function.call_async(store, (argument,)).await?.0)
    };
    runtime.call(plugin, call(), ask, always).await
}
