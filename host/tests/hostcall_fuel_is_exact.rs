//! What a plugin passes to the host is refused with both numbers up to the fuel, and beyond it traps that plugin alone.

mod support;

use larder_host::bindings::types::{Error, Excess, Unit};
use larder_host::{Call, CallError, Plugin, Runtime, State, hostcall_fuel};
use larder_store::{Limits, Session};
use support::{STORAGE, SetAnswer, always, load, runtime, session, within_a_minute};
use wasmtime::Store;
use wasmtime::component::Instance;

const VALUE_BYTES: u32 = 1024 * 1024;
const KEY_BYTES: u32 = 16;

fn limits() -> Limits {
    Limits { key_bytes: KEY_BYTES, value_bytes: VALUE_BYTES.into(), ..Limits::default() }
}

async fn set(
    runtime: &Runtime,
    plugin: &Plugin,
    session: Session,
    key: u32,
    value: u32,
) -> Result<SetAnswer, CallError> {
    let set = async |store: &mut Store<State>, instance: &Instance| {
        let set = instance.get_typed_func::<(u32, u32), (SetAnswer,)>(&mut *store, "set")?;
        Ok(set.call_async(store, (key, value)).await?.0)
    };
    runtime.call(plugin, Call::new(session), set, always).await
}

#[test]
fn the_limits_and_the_fuel_at_less_one_none_and_one_more() {
    within_a_minute(async || {
        let runtime = runtime(|_| ());
        let plugin = load(&runtime, STORAGE);
        let fuel = u32::try_from(hostcall_fuel(&limits())).unwrap();

        for key in [KEY_BYTES - 1, KEY_BYTES] {
            for value in [VALUE_BYTES - 1, VALUE_BYTES] {
                let answer = set(&runtime, &plugin, session(limits()), key, value).await.unwrap();
                assert!(answer.is_ok(), "{key} + {value}: {answer:?}");
            }
        }
        for value in [VALUE_BYTES + 1, fuel - KEY_BYTES - 1, fuel - KEY_BYTES] {
            let answer = set(&runtime, &plugin, session(limits()), KEY_BYTES, value).await.unwrap();
            let Err(Error::ValueTooLarge(Excess { unit: Unit::Bytes, limit, actual })) = answer else {
                panic!("{value}: {answer:?}");
            };
            assert_eq!((limit, actual), (VALUE_BYTES.into(), value.into()));
        }
        let answer = set(&runtime, &plugin, session(limits()), KEY_BYTES + 1, VALUE_BYTES).await.unwrap();
        let Err(Error::KeyTooLong(Excess { unit: Unit::Bytes, limit, actual })) = answer else { panic!("{answer:?}") };
        assert_eq!((limit, actual), (KEY_BYTES.into(), u64::from(KEY_BYTES) + 1));

        let error = set(&runtime, &plugin, session(limits()), KEY_BYTES, fuel - KEY_BYTES + 1).await.unwrap_err();
        assert!(error.to_string().contains("fuel"), "{error}");
    });
}

#[test]
fn a_length_or_a_pointer_outside_the_plugin_traps() {
    within_a_minute(async || {
        let runtime = runtime(|_| ());
        let plugin = load(&runtime, STORAGE);
        let error = set(&runtime, &plugin, session(Limits::default()), 1, u32::MAX).await.unwrap_err();
        assert!(matches!(error, CallError::Trapped(_)), "{error:?}");
    });
}
