//! Bytes that are no plugin for this host are refused with one line that says why.

mod support;

use larder_host::LoadError;
use support::{STORAGE, refusal, runtime};

fn one_line(error: &LoadError) -> String {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?} is not one line");
    text
}

#[test]
fn what_is_not_webassembly() {
    for bytes in [&b""[..], b"\0as", b"\x7fELF", b"(component)", b"#!/bin/sh\n"] {
        let error = runtime(|_| ()).load(bytes).unwrap_err();
        assert!(matches!(error, LoadError::NotWasm), "{error:?}");
        assert_eq!(one_line(&error), "this is not WebAssembly");
    }
}

#[test]
fn a_core_module_with_what_to_do_about_it() {
    let error = refusal("(module)");
    assert!(matches!(error, LoadError::CoreModule), "{error:?}");
    let text = one_line(&error);
    assert!(text.contains("wasm32-wasip2") && text.contains("wasm-tools component new"), "{text}");
}

#[test]
fn a_component_above_the_size_unparsed_with_both_numbers() {
    let component = wat::parse_str("(component)").unwrap();
    let size = component.len();
    runtime(|options| options.component_bytes = size).load(&component).unwrap();

    let error = runtime(|options| options.component_bytes = size - 1).load(&component).unwrap_err();
    assert!(matches!(error, LoadError::TooLarge { limit, actual } if limit == size - 1 && actual == size));
    let text = one_line(&error);
    assert!(text.contains(&size.to_string()) && text.contains(&(size - 1).to_string()), "{text}");

    let garbage = vec![0; size];
    let error = runtime(|options| options.component_bytes = size - 1).load(&garbage).unwrap_err();
    assert!(matches!(error, LoadError::TooLarge { .. }), "{error:?}");
}

#[test]
fn a_damaged_component() {
    let whole = wat::parse_str(STORAGE).unwrap();
    for length in [4, 7, 8 + 1, whole.len() / 2, whole.len() - 1] {
        let error = runtime(|_| ()).load(&whole[..length]).unwrap_err();
        assert!(matches!(error, LoadError::Invalid(_)), "{length}: {error:?}");
        let text = one_line(&error);
        assert!(text.starts_with("the component is invalid: "), "{text}");
    }
}

#[test]
fn an_import_that_is_not_offered() {
    let interface = |import: &str, member: &str| format!(r#"(component (import "{import}" (instance {member})))"#);
    let function = r#"(export "qux" (func))"#;
    for (component, name) in [
        (interface("foo:bar/baz@1.0.0", function), "foo:bar/baz@1.0.0"),
        (interface("foo:bar/baz@1.0.0", r#"(export "r" (type (sub resource)))"#), "foo:bar/baz@1.0.0"),
        (interface("larder:storage/storage@0.2.0", r#"(export "set" (func))"#), "larder:storage/storage@0.2.0"),
        (interface("larder:storage/storage@0.1.0", function), "larder:storage/storage@0.1.0#qux"),
        (interface("wasi:http/types@0.2.0", function), "wasi:http/types@0.2.0"),
        (r#"(component (import "foo" (func)))"#.to_owned(), "foo"),
        (
            STORAGE.replace("\"set\" (func (p", "\"put\" (func (p").replace("$storage \"set\"", "$storage \"put\""),
            "larder:storage/storage@0.1.0#put",
        ),
    ] {
        let error = refusal(&component);
        assert!(matches!(&error, LoadError::MissingImport { name: named } if named == name), "{name}: {error:?}");
        assert_eq!(one_line(&error), format!("the component imports {name}, which this host does not offer"));
    }
}

#[test]
fn an_import_of_another_type() {
    let other_function = r#"(component (import "larder:storage/storage@0.1.0" (instance
        (export "exists" (func (param "key" u32) (result bool))))))"#;
    for (component, name) in [
        (other_function.to_owned(), "larder:storage/storage@0.1.0#exists"),
        (STORAGE.replace("(case \"damaged\")", ""), "larder:storage/storage@0.1.0#set"),
        (r#"(component (import "larder:storage/storage@0.1.0" (func)))"#.to_owned(), "larder:storage/storage@0.1.0"),
    ] {
        let error = refusal(&component);
        assert!(
            matches!(&error, LoadError::MismatchedImport { name: named, .. } if named == name),
            "{name}: {error:?}"
        );
        let text = one_line(&error);
        assert!(text.starts_with(&format!("the component imports {name} in another form")), "{text}");
    }
}
