;; Passes each call on to the host, with a key of so many `k` and a value of so many zeros, and its answer back.
(component
  (import "larder:storage/types@0.1.0" (instance $types
    (type $unit' (enum "bytes" "items" "handles"))
    (export "unit" (type $unit (eq $unit')))
    (type $excess' (record (field "unit" $unit) (field "limit" u64) (field "actual" u64)))
    (export "excess" (type $excess (eq $excess')))
    (type $error' (variant
      (case "key-too-long" $excess)
      (case "value-too-large" $excess)
      (case "batch-too-large" $excess)
      (case "quota-exceeded" $excess)
      (case "too-many-open" $excess)
      (case "not-a-counter")
      (case "access-denied")
      (case "throttled" u32)
      (case "damaged")
      (case "unavailable")
      (case "outcome-unknown")
      (case "other" string)))
    (export "error" (type $error (eq $error')))
  ))
  (alias export $types "error" (type $error))
  (import "larder:storage/storage@0.1.0" (instance $storage
    (alias outer 1 $error (type $error'))
    (export "error" (type $error (eq $error')))
    (export "set" (func (param "key" string) (param "value" (list u8)) (result (result (error $error)))))
    (export "get" (func (param "key" string) (result (result (option (list u8)) (error $error)))))
  ))

  (core module $memory
    (memory (export "memory") 128)
    (global $free (mut i32) (i32.const 0x400000))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $free)
      (global.set $free (i32.add (global.get $free) (local.get 3)))))
  (core instance $memory (instantiate $memory))

  (core func $set (canon lower (func $storage "set")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core func $get (canon lower (func $storage "get")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))

  (core module $plugin
    (import "memory" "memory" (memory 1))
    (import "host" "set" (func $set (param i32 i32 i32 i32 i32)))
    (import "host" "get" (func $get (param i32 i32 i32)))
    (global $answer i32 (i32.const 0x10))
    (global $key i32 (i32.const 0x100))
    (global $value i32 (i32.const 0x10000))
    (func (export "set") (param $key-bytes i32) (param $value-bytes i32) (result i32)
      (memory.fill (global.get $key) (i32.const 0x6b) (local.get $key-bytes))
      (call $set
        (global.get $key) (local.get $key-bytes) (global.get $value) (local.get $value-bytes) (global.get $answer))
      (global.get $answer))
    (func (export "get") (param $key-bytes i32) (result i32)
      (memory.fill (global.get $key) (i32.const 0x6b) (local.get $key-bytes))
      (call $get (global.get $key) (local.get $key-bytes) (global.get $answer))
      (global.get $answer)))
  (core instance $plugin (instantiate $plugin
    (with "memory" (instance $memory))
    (with "host" (instance (export "set" (func $set)) (export "get" (func $get))))))

  (func (export "set") (param "key-bytes" u32) (param "value-bytes" u32) (result (result (error $error)))
    (canon lift (core func $plugin "set") (memory (core memory $memory "memory"))))
  (func (export "get") (param "key-bytes" u32) (result (result (option (list u8)) (error $error)))
    (canon lift (core func $plugin "get") (memory (core memory $memory "memory"))))
)
