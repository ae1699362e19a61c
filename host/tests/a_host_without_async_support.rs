//! A host that calls its plugins synchronously has the same storage.

mod support;

use larder_host::bindings::types::Error;
use larder_host::{StorageCtx, StorageView};
use larder_store::{Larder, Limits, Options, Session};
use support::{GetAnswer, STORAGE, SetAnswer};
use wasmtime::component::{Component, Instance, Linker};
use wasmtime::{Engine, Store};

fn instantiate(engine: &Engine, session: Session) -> wasmtime::Result<(Store<StorageCtx>, Instance)> {
    let component = Component::new(engine, wat::parse_str(STORAGE)?)?;
    let mut linker = Linker::new(engine);
    larder_host::sync::add_to_linker(&mut linker, |ctx: &mut StorageCtx| StorageView::new(ctx))?;
    let mut store = Store::new(engine, StorageCtx::new(session));
    let instance = linker.instantiate(&mut store, &component)?;
    Ok((store, instance))
}

#[test]
fn what_one_instance_stores_the_next_one_reads() {
    let larder = Larder::in_memory(Options::default());
    let engine = Engine::default();
    let limits = Limits { value_bytes: 3, ..Limits::default() };
    let session = || larder.session(&"w".parse().unwrap(), &"p".parse().unwrap(), limits.clone());

    let (mut store, instance) = instantiate(&engine, session()).unwrap();
    let set = instance.get_typed_func::<(u32, u32), (SetAnswer,)>(&mut store, "set").unwrap();
    set.call(&mut store, (1, 3)).unwrap().0.unwrap();
    let (refused,) = set.call(&mut store, (1, 4)).unwrap();
    assert!(matches!(refused, Err(Error::ValueTooLarge(_))), "{refused:?}");

    let (mut store, instance) = instantiate(&engine, session()).unwrap();
    let get = instance.get_typed_func::<(u32,), (GetAnswer,)>(&mut store, "get").unwrap();
    assert_eq!(get.call(&mut store, (1,)).unwrap().0.unwrap(), Some(vec![0; 3]));
    assert_eq!(get.call(&mut store, (2,)).unwrap().0.unwrap(), None);
}
