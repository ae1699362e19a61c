package larder

import _ "unsafe" // for go:linkname

// The adapter from the first version of WASI needs memory of the plugin before it calls _start, and Go gives none before its
// runtime is up. So a plugin is built as a library (-buildmode=c-shared): its runtime comes up in _initialize, before all
// else, and _start is only what runs main.
//
//go:wasmexport _start
func start() { runMain() }

//go:linkname runMain main.main
func runMain()
