;; A command that ends through `exit`.
(component
  (import "wasi:cli/exit@0.2.0" (instance $exit
    (export "exit" (func (param "status" (result))))
  ))
  (core func $exit (canon lower (func $exit "exit")))
  (core module $plugin
    (import "host" "exit" (func $exit (param i32)))
    (func (export "run") (result i32) (call $exit (i32.const STATUS)) unreachable))
  (core instance $plugin (instantiate $plugin (with "host" (instance (export "exit" (func $exit))))))
  (func $run (result (result)) (canon lift (core func $plugin "run")))
  (instance $command (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $command))
)
