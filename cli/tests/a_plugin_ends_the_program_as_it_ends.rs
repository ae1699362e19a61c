//! The exit code tells how a plugin ended, and `--invoke` calls any function that it exports.

mod larder;

use larder::Place;

const FUNCTIONS: &str = r#"
(component
  (core module $code
    (memory (export "memory") 1)
    (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
    (func (export "nothing"))
    (func (export "fail") (result i32) (i32.const 1)))
  (core instance $code (instantiate $code))
  (func $double (param "number" u32) (result u32) (canon lift (core func $code "double")))
  (func $nothing (canon lift (core func $code "nothing")))
  (func $fail (result (result)) (canon lift (core func $code "fail")))
  (instance $one (export "double" (func $double)) (export "nothing" (func $nothing)))
  (instance $two (export "nothing" (func $nothing)))
  (export "double" (func $double))
  (export "fail" (func $fail))
  (export "acme:maths/one@1.2.0" (instance $one))
  (export "acme:maths/two@1.2.0" (instance $two)))
"#;

fn command(body: &str) -> String {
    larder::COMMAND.replace("(i32.const 0)", body)
}

#[test]
fn a_command_by_its_own_status_a_trap_or_the_time_limit() {
    let place = Place::new();
    place.component("good.wasm", larder::COMMAND);
    place.run(["run", "good.wasm", "--", "--any", "arguments"]).prints("");

    place.component("bad.wasm", &command("(i32.const 1)"));
    let ended = place.run(["run", "bad.wasm"]);
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (Some(1), &b""[..], ""));

    place.component("traps.wasm", &command("(unreachable)"));
    place.run(["run", "traps.wasm"]).fails(4, "unreachable");

    place.component("spins.wasm", &command("(loop $again (result i32) (br $again))"));
    place.run(["run", "--timeout", "200ms", "spins.wasm"]).fails(4, "200ms");

    place.run(["ls"]).prints("");
}

#[test]
fn a_function_is_called_by_its_bare_name_or_with_its_interface() {
    let place = Place::new();
    place.component("f.wasm", FUNCTIONS);
    for call in ["double(21)", " double ( 21 ) ", "one.double(21)", "acme:maths/one@1.2.0.double(21)"] {
        place.run(["run", "--invoke", call, "f.wasm"]).prints("42\n");
    }
    for call in ["one.nothing()", "acme:maths/two.nothing", "two.nothing"] {
        place.run(["run", "--invoke", call, "f.wasm"]).prints("");
    }
}

#[test]
fn a_function_that_gives_an_error_prints_it_and_ends_with_1() {
    let place = Place::new();
    place.component("f.wasm", FUNCTIONS);
    let ended = place.run(["run", "--invoke", "fail()", "f.wasm"]);
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (Some(1), &b"err\n"[..], ""));
}

#[test]
fn a_wrong_call_is_told_what_would_be_right() {
    let place = Place::new();
    place.component("f.wasm", FUNCTIONS);
    for (call, reason) in [
        ("nothing()", "write one of: acme:maths/one@1.2.0.nothing, acme:maths/two@1.2.0.nothing"),
        ("triple(1)", "functions to --invoke: double, fail, acme:maths/one@1.2.0.double"),
        ("double()", "double(number: u32)"),
        ("double(-1)", "double(number: u32)"),
        ("double(1, 2)", "double(number: u32)"),
        ("double(\"1\")", "double(number: u32)"),
        ("double(1", "double(number: u32)"),
        ("double(1) x", "double(number: u32)"),
        ("", "functions to --invoke"),
    ] {
        place.run(["run", "--invoke", call, "f.wasm"]).fails(2, reason);
    }
}
