//! A plugin that nobody here wrote: the component `wasi-passthrough-keyvalue`, which imports `wasi:keyvalue@0.2.0-draft` and
//! exports the same. It is published as a library, so this names it and adds nothing.

use wasi_passthrough_keyvalue as _;
