# What CI does, step by step; `just ci` does all of it.

ci:
    .ci/run

test:
    .ci/run test

# What threads do at the same time, in many orders
interleavings:
    .ci/run interleavings

fmt:
    cargo fmt --all

lint:
    .ci/run fmt lint

doc:
    .ci/run doc

# Plugins in every language, and the wasmtime command line
languages:
    .ci/run languages

# The components that the binary carries, anew
components:
    cargo xtask components

# larder-store for WASI
wasm:
    .ci/run wasm

deny:
    .ci/run deny

demo:
    .ci/run demo

# One short round, in the profile of the tests
bench-short:
    .ci/run bench

# The figures of the README
bench:
    cargo bench --package larder-benches
