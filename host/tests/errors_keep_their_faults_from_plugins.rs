//! The hook is told the whole error, the plugin its case alone.

mod support;

use std::fs;
use std::sync::{Arc, Mutex};

use larder_host::bindings::types::Error;
use larder_host::{Call, State};
use larder_store::{Dir, Fault, Larder, Limits, Options};
use support::{STORAGE, SetAnswer, always, load, runtime, within_a_minute};
use wasmtime::Store;
use wasmtime::component::Instance;

#[test]
fn a_workspace_that_cannot_be_opened_is_unavailable_to_the_plugin_and_named_to_the_hook() {
    within_a_minute(async || {
        let dir = tempfile::tempdir().unwrap();
        let larder = Larder::open(Dir::open_ambient(dir.path()).unwrap(), Options::default()).unwrap();
        larder.create_workspace(&"other".parse().unwrap()).await.unwrap();
        fs::write(dir.path().join("workspaces/secret"), "not a directory").unwrap();

        let log = Arc::new(Mutex::new(Vec::new()));
        let session = larder.session(&"secret".parse().unwrap(), &"p".parse().unwrap(), Limits::default());
        let call = Call::new(session).on_error({
            let log = log.clone();
            move |error| log.lock().unwrap().push(error.clone())
        });
        let runtime = runtime(|_| ());
        let plugin = load(&runtime, STORAGE);
        let set = async |store: &mut Store<State>, instance: &Instance| {
            let set = instance.get_typed_func::<(u32, u32), (SetAnswer,)>(&mut *store, "set")?;
            Ok(set.call_async(store, (1, 1)).await?.0)
        };
        let answer = runtime.call(&plugin, call, set, always).await.unwrap();
        assert!(matches!(answer, Err(Error::Unavailable)), "{answer:?}");

        let log = log.lock().unwrap();
        let [larder_store::Error::Unavailable(Fault::NotRegular { name })] = &log[..] else { panic!("{log:?}") };
        assert!(name.contains("secret"), "{name}");
    });
}
