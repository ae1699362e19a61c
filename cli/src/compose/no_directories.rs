use anyhow::Result;

/// A component that exports `wasi:filesystem/preopens`, of a version of WASI 0.2, with no directory in it.
///
/// Its list is made of the zeros that its memory begins with.
pub fn component(version: &str) -> Result<Vec<u8>> {
    let text = format!(
        r#"(component
            (import "wasi:filesystem/types@{version}" (instance $types (export "descriptor" (type (sub resource)))))
            (alias export $types "descriptor" (type $descriptor))
            (core module $none (memory (export "memory") 1) (func (export "list") (result i32) i32.const 0))
            (core instance $none (instantiate $none))
            (func $list (result (list (tuple (own $descriptor) string)))
                (canon lift (core func $none "list") (memory (core memory $none "memory"))))
            (instance $preopens (export "descriptor" (type $descriptor)) (export "get-directories" (func $list)))
            (export "wasi:filesystem/preopens@{version}" (instance $preopens)))"#
    );
    Ok(wat::parse_str(text)?)
}
