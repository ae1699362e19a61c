//! What `--help` says after the options.

pub const LARDER: &str = "\
A larder is a directory. Each workspace in it belongs to one tenant; within a workspace each plugin
has a store of its own, keys with values, which no other plugin sees.

Examples:
  larder run notes.wasm -- put todo 'buy figs'   run a plugin, in the workspace `default`
  larder ls -p notes                             the keys that it has stored there
  larder get -p notes todo > todo.txt            a value, byte for byte
  larder ls                                      the workspaces
  larder stat -w team-7                          how much each plugin holds in the workspace team-7
  larder --dir /srv/larder rm --all -w team-7    delete a workspace

Names:
  A workspace has 1 to 64 of a-z 0-9 . _ - in its name, a plugin 1 to 128 bytes without control
  characters. A key is any string of at most 1024 bytes.

Exit codes:
  0  done
  1  no: there is no such key, workspace or larder; or the function that was called gave an error
  2  bad input: the command line, a name, a file that is no component or needs what is not offered,
     a key or value over its limit
  3  the larder could not do it: held by another process, over the quota, damaged, not writable
  4  the plugin trapped, or was stopped by --timeout or the limit of its memory
  A command that ends with a failure of its own ends `larder run` with the same code, which is 1
  unless it exits with another one (with Rust's wasm32-wasip2 it is 0 or 1).

Standard output is data alone. An error is one line on standard error, which begins with `larder: `.";

pub const RUN: &str = "\
The plugin gets standard input, output and error, its arguments (first the name of its file), the
clock, random bytes, and its storage in the workspace: no environment, no files, no network. It has
256 MiB of memory, and all the time it takes unless --timeout says otherwise.

--quota is what the plugin's store may hold after a write: keys, values, and 64 bytes for each key.
It is said anew with each run. All plugins of a workspace together may hold 1 GiB.

With --invoke the plugin need not be a command: any function that it exports can be called. Its
arguments and its result are written in WAVE, the notation of values of the component model. The
bare name of a function does where only one is exported by it; otherwise write interface.name or
namespace:package/interface@version.name. Where the result is an error, it is written all the same
and the exit code is 1.

Examples:
  larder run notes.wasm -- put todo 'buy figs'
  larder run -w team-7 --plugin notes --quota 10MiB --timeout 5s build/notes-v2.wasm
  larder run --invoke 'greet(\"world\", 2)' hello.wasm
  larder run --invoke 'acme:notes/admin@1.0.0.count()' notes.wasm

While it runs, this process alone writes to the workspace; where another one has it, that one is
named before the plugin runs (exit code 3). Exit codes: see larder --help.";

pub const GET: &str = "\
Nothing but the value is written, also no line end after it. Works while a host has the workspace
open, and sees what was last committed. Where there is no such key, the exit code is 1.

Example:
  larder get -w team-7 -p notes logo.png > logo.png";

pub const SET: &str = "\
Stores the value durably, within the limits of a plugin: 64 MiB a value, 100 MiB a store. Makes the
larder and the workspace where there are none. A host that has the workspace open keeps it from
being written by anyone else (exit code 3).

Examples:
  larder set -p notes greeting hello
  larder set -w team-7 -p notes logo.png - < logo.png
  larder set -p notes -- --key --value";

pub const RM: &str = "\
Where there is nothing to delete, the exit code is 1. --all asks first, on the terminal; where there
is no terminal, it needs --yes.

Examples:
  larder rm -w team-7 -p notes todo
  larder rm --all -w team-7 -p notes
  larder rm --all -w team-7 --yes";

pub const LS: &str = "\
With --plugin, the keys that it has stored, in byte order; with --workspace alone, the plugins that
hold anything there; with neither, the workspaces. Works while a host has the workspace open.

Each name is a line. In names a backslash is written \\\\, and control characters are written \\n, \\r,
\\t or \\u{1b}, so that each is one line and no two look the same; --null writes them as they are (a key
with a NUL in it then looks like two).

Examples:
  larder ls
  larder ls -w team-7
  larder ls -w team-7 -p notes 2026-";

pub const STAT: &str = "\
With --plugin, what its store holds; with --workspace alone, each store of the workspace; with
neither, each workspace. Works while a host has the workspace open.

A header and a line for each, columns apart by blanks, the name last. Sizes are bytes of keys and
values, and 64 for each key, as counted against the quota. The quotas are those that hold by default;
a host may set others for its plugins.

Examples:
  larder stat
  larder stat -w team-7 -p notes";
