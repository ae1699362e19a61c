//! The arguments of the command line in WAVE: any text is a call or one line that says why not.

#![no_main]
#![allow(dead_code, unused_imports, reason = "the command needs more of it")]

#[path = "../../cli/src/escape.rs"]
mod escape;
#[path = "../../cli/src/exit.rs"]
mod exit;
#[path = "../../cli/src/invoke/exports.rs"]
mod exports;
#[path = "../../cli/src/failure.rs"]
mod failure;
#[path = "../../cli/src/invoke/function_name.rs"]
mod function_name;
#[path = "../../cli/src/invoke/invocation.rs"]
mod invocation;
#[path = "../../cli/src/output.rs"]
mod output;
#[path = "../../cli/src/invoke/parameters.rs"]
mod parameters;
#[path = "../../cli/src/invoke/results.rs"]
mod results;

use std::sync::LazyLock;

use exports::Exports;
use libfuzzer_sys::fuzz_target;
use wasmtime::Engine;
use wasmtime::component::Component;

/// A component with functions of every kind of argument.
const COMPONENT: &str = r#"(component
    (core module $m
        (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
        (func (export "f"))
        (func (export "g") (param i32 i32))
        (func (export "h") (param i32 i64 f32 f64 i32))
        (func (export "l") (param i32 i32 i32 i32 i32)))
    (core instance $i (instantiate $m))
    (type $r' (record (field "name" string) (field "age" u32)))
    (export $r "r" (type $r'))
    (type $v' (variant (case "none") (case "some" string)))
    (export $v "v" (type $v'))
    (type $e' (enum "red" "green"))
    (export $e "e" (type $e'))
    (type $g' (flags "a" "b" "c"))
    (export $g "g-flags" (type $g'))
    (func (export "none") (canon lift (core func $i "f")))
    (func (export "text") (param "t" string)
        (canon lift (core func $i "g") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (func (export "numbers") (param "a" u8) (param "b" s64) (param "c" f32) (param "d" f64) (param "e" char)
        (canon lift (core func $i "h")))
    (func (export "lists") (param "l" (list (option (tuple u8 string)))) (param "e" $e) (param "g" $g) (param "b" bool)
        (canon lift (core func $i "l") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
)"#;

static EXPORTS: LazyLock<Exports> = LazyLock::new(|| {
    let engine = Engine::default();
    Exports::of(&Component::new(&engine, COMPONENT).unwrap())
});

fuzz_target!(|text: &str| {
    let _ = EXPORTS.invocation(text);
});
