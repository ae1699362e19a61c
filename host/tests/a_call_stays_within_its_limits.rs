//! What a plugin does to time, memory and stack ends with its own call.

mod support;

use std::time::Duration;

use larder_host::{Allocation, CallError, RuntimeOptions, State};
use support::{
    SLEEP, STORAGE, SetAnswer, always, ask, call, component, echo, load, runtime, session, spin, within_a_minute,
};
use wasmtime::Store;
use wasmtime::component::Instance;

const PAGE: usize = 64 * 1024;
const SOON: Option<Duration> = Some(Duration::from_millis(50));

/// Grows one memory or the other, each of one page at first, and answers with its old size, or all ones.
fn two_memories() -> String {
    component(
        r#"(memory $a 1) (memory $b 1)
           (func (export "grow-a") (param i32) (result i32) (memory.grow $a (local.get 0)))
           (func (export "grow-b") (param i32) (result i32) (memory.grow $b (local.get 0)))"#,
        &["grow-a", "grow-b"],
    )
}

fn both_allocations(change: impl Fn(&mut RuntimeOptions), test: impl Fn(larder_host::Runtime)) {
    for allocation in [Allocation::OnDemand, Allocation::Pooling] {
        test(runtime(|options| {
            options.allocation = allocation;
            options.calls_at_once = 4;
            change(options);
        }));
    }
}

#[test]
fn a_loop_ends_at_the_deadline() {
    within_a_minute(async || {
        let runtime = runtime(|options| options.call_timeout = SOON);
        let plugin = load(&runtime, &spin());
        let error = ask(&runtime, &plugin, "spin", 0).await.unwrap_err();
        assert!(matches!(error, CallError::TimedOut { after } if Some(after) == SOON), "{error:?}");
        assert_eq!(error.to_string(), "the call did not end within 50ms");
    });
}

#[test]
fn a_loop_during_instantiation_ends_at_the_deadline() {
    within_a_minute(async || {
        let runtime = runtime(|options| options.call_timeout = SOON);
        let plugin = load(&runtime, &component("(func $spin (loop (br 0))) (start $spin)", &[]));
        let error = ask(&runtime, &plugin, "none", 0).await.unwrap_err();
        assert!(matches!(error, CallError::TimedOut { .. }), "{error:?}");
    });
}

#[test]
fn waiting_in_the_host_ends_at_the_deadline() {
    within_a_minute(async || {
        let runtime = runtime(|options| options.call_timeout = SOON);
        let plugin = load(&runtime, SLEEP);
        let sleep = async |store: &mut Store<State>, instance: &Instance| {
            let run = instance.get_typed_func::<(), ()>(&mut *store, "run")?;
            run.call_async(store, ()).await
        };
        let error = runtime.call(&plugin, call(), sleep, always).await.unwrap_err();
        assert!(matches!(error, CallError::TimedOut { .. }), "{error:?}");
    });
}

#[test]
fn a_loop_leaves_its_thread_to_others() {
    within_a_minute(async || {
        let runtime = runtime(|options| options.call_timeout = None);
        let (spin, echo) = (load(&runtime, &spin()), load(&runtime, &echo()));
        tokio::select! {
            biased;
            _ = ask(&runtime, &spin, "spin", 0) => panic!("an endless loop ended"),
            answer = ask(&runtime, &echo, "echo", 7) => assert_eq!(answer.unwrap(), 7),
        }
    });
}

#[test]
fn all_memories_of_a_call_share_one_limit() {
    both_allocations(
        |options| options.memory_bytes = 32 * PAGE,
        |runtime| {
            within_a_minute(async move || {
                let plugin = load(&runtime, &two_memories());
                let grow = async |store: &mut Store<State>, instance: &Instance| {
                    let grow_a = instance.get_typed_func::<(u32,), (u32,)>(&mut *store, "grow-a")?;
                    let grow_b = instance.get_typed_func::<(u32,), (u32,)>(&mut *store, "grow-b")?;
                    let mut answers = Vec::new();
                    for (grow, pages) in [(&grow_a, 31), (&grow_a, 20), (&grow_b, 11), (&grow_b, 10), (&grow_a, 1)] {
                        answers.push(grow.call_async(&mut *store, (pages,)).await?.0);
                    }
                    Ok(answers)
                };
                let grown = runtime.call(&plugin, call(), grow, always).await.unwrap();
                let refused = u32::MAX;
                assert_eq!(grown, [refused, 1, refused, 1, refused]);
            });
        },
    );
}

/// Answers with what stands at an address, and writes there.
fn marks(kind: &str) -> String {
    component(
        &format!(
            r#"(memory 16) (data (i32.const 8) "{kind}")
               (func (export "mark") (param i32) (result i32)
                   (i32.load (local.get 0)) (i32.store (local.get 0) (i32.const 0x5ec2e7)))"#
        ),
        &["mark"],
    )
}

#[test]
fn nothing_of_a_call_is_in_the_memory_of_the_next() {
    both_allocations(
        |options| options.calls_at_once = 1,
        |runtime| {
            within_a_minute(async move || {
                let plugins = [load(&runtime, &marks("one")), load(&runtime, &marks("another"))];
                for plugin in plugins.iter().chain(&plugins) {
                    // In the first page, where a heap would be, and in the last.
                    for address in [0, 100_000, 600_000, 1_048_572] {
                        for _ in 0..3 {
                            assert_eq!(ask(&runtime, plugin, "mark", address).await.unwrap(), 0, "at {address}");
                        }
                    }
                }
            });
        },
    );
}

#[test]
fn a_memory_above_the_limit_is_not_instantiated() {
    both_allocations(
        |options| options.memory_bytes = 32 * PAGE,
        |runtime| {
            within_a_minute(async move || {
                let module =
                    |pages| format!(r#"(memory {pages}) (func (export "size") (param i32) (result i32) memory.size)"#);
                let largest = load(&runtime, &component(&module(32), &["size"]));
                assert_eq!(ask(&runtime, &largest, "size", 0).await.unwrap(), 32);

                // A pool refuses it before there is a call.
                let above = wat::parse_str(component(&module(33), &["size"])).unwrap();
                let Ok(above) = runtime.load(&above) else { return };
                let error = ask(&runtime, &above, "size", 0).await.unwrap_err();
                assert!(matches!(error, CallError::Trapped(_)), "{error:?}");
            });
        },
    );
}

#[test]
fn tables_instances_and_handles_are_counted() {
    within_a_minute(async || {
        let runtime = runtime(|options| {
            options.table_elements = 10;
            options.handles = 5;
            options.instances = 2;
        });
        let tables = component(
            r#"(table $a 1 funcref) (table $b 1 funcref)
               (func (export "a") (param i32) (result i32) (table.grow $a (ref.null func) (local.get 0)))"#,
            &["a"],
        );
        let tables = load(&runtime, &tables);
        assert_eq!(ask(&runtime, &tables, "a", 8).await.unwrap(), 1);
        assert_eq!(ask(&runtime, &tables, "a", 9).await.unwrap(), u32::MAX);

        let handles = r#"(component
            (type $r (resource (rep i32)))
            (core func $new (canon resource.new $r))
            (core module $m
              (import "" "new" (func $new (param i32) (result i32)))
              (func (export "take") (param i32) (result i32) (local $taken i32)
                (loop
                  (drop (call $new (local.get $taken)))
                  (local.set $taken (i32.add (local.get $taken) (i32.const 1)))
                  (br_if 0 (i32.lt_u (local.get $taken) (local.get 0))))
                (local.get $taken)))
            (core instance $m (instantiate $m (with "" (instance (export "new" (func $new))))))
            (func (export "take") (param "n" u32) (result u32) (canon lift (core func $m "take"))))"#;
        let handles = load(&runtime, handles);
        assert_eq!(ask(&runtime, &handles, "take", 5).await.unwrap(), 5);
        let error = ask(&runtime, &handles, "take", 6).await.unwrap_err();
        assert!(matches!(error, CallError::Trapped(_)), "{error:?}");

        let instances = |count: usize| {
            let instances = "(core instance (instantiate $m))".repeat(count);
            format!("(component (core module $m) {instances})")
        };
        for (count, expected) in [(2, true), (3, false)] {
            let plugin = load(&runtime, &instances(count));
            let ran = runtime.call(&plugin, call(), async |_, _| Ok(()), always).await;
            assert_eq!(ran.is_ok(), expected, "{count} instances: {ran:?}");
        }
    });
}

#[test]
fn a_trap_is_one_line_and_leaves_the_runtime_as_it_was() {
    within_a_minute(async || {
        let runtime = runtime(|options| options.calls_at_once = 1);
        let traps = component(
            r#"(memory 1)
               (func $recurse (export "recurse") (param i32) (result i32) (call $recurse (local.get 0)))
               (func (export "outside") (param i32) (result i32) (i32.load (i32.const 65536)))
               (func (export "unreachable") (param i32) (result i32) unreachable)"#,
            &["recurse", "outside", "unreachable"],
        );
        let (traps, echo) = (load(&runtime, &traps), load(&runtime, &echo()));
        for name in ["recurse", "outside", "unreachable"] {
            let error = ask(&runtime, &traps, name, 0).await.unwrap_err();
            assert!(matches!(error, CallError::Trapped(_)), "{error:?}");
            let text = error.to_string();
            assert!(text.starts_with("the call failed: wasm trap: ") && !text.contains('\n'), "{text}");
            assert_eq!(ask(&runtime, &echo, "echo", 7).await.unwrap(), 7);
        }
    });
}

#[test]
fn a_panic_within_a_host_call_stays_in_that_call() {
    within_a_minute(async || {
        let runtime = runtime(|options| options.calls_at_once = 1);
        let storage = load(&runtime, STORAGE);
        let limits = larder_store::Limits { value_bytes: 10, ..Default::default() };
        let panicking = larder_host::Call::new(session(limits)).on_error(|_| panic!("in the hook of the test"));
        let task = tokio::spawn({
            let runtime = runtime.clone();
            async move {
                let set = async |store: &mut Store<State>, instance: &Instance| {
                    let set = instance.get_typed_func::<(u32, u32), (SetAnswer,)>(&mut *store, "set")?;
                    Ok(set.call_async(store, (1, 11)).await?.0)
                };
                runtime.call(&storage, panicking, set, always).await
            }
        });
        assert!(task.await.unwrap_err().is_panic());
        let echo = load(&runtime, &echo());
        assert_eq!(ask(&runtime, &echo, "echo", 7).await.unwrap(), 7);
    });
}

#[test]
fn a_plugin_of_another_runtime_is_refused() {
    within_a_minute(async || {
        let plugin = load(&runtime(|_| ()), &echo());
        let error = ask(&runtime(|_| ()), &plugin, "echo", 7).await.unwrap_err();
        assert!(matches!(error, CallError::OtherRuntime), "{error:?}");
    });
}
