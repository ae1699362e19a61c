//! A command's status is what it ended with, as far as WASI says.

mod support;

use larder_host::CallError;
use support::{call, echo, load, runtime, within_a_minute};

const EXIT: &str = include_str!("components/exit.wat");

fn returning(status: u32) -> String {
    format!(
        r#"(component
            (core module $m (func (export "run") (result i32) (i32.const {status})))
            (core instance $m (instantiate $m))
            (func $run (result (result)) (canon lift (core func $m "run")))
            (instance $command (export "run" (func $run)))
            (export "wasi:cli/run@0.2.0" (instance $command)))"#
    )
}

#[test]
fn a_status_returned_or_exited_with() {
    within_a_minute(async || {
        let runtime = runtime(|_| ());
        for status in [0, 1] {
            let exiting = EXIT.replace("STATUS", &status.to_string());
            for command in [returning(status), exiting] {
                let plugin = load(&runtime, &command);
                assert_eq!(runtime.run(&plugin, call()).await.unwrap(), i32::try_from(status).unwrap());
            }
        }
    });
}

#[test]
fn what_is_not_a_command_is_not_run() {
    within_a_minute(async || {
        let runtime = runtime(|_| ());
        let plugin = load(&runtime, &echo());
        let error = runtime.run(&plugin, call()).await.unwrap_err();
        assert!(matches!(error, CallError::NotACommand), "{error:?}");
    });
}
