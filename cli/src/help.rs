//! What `--help` says after the options.

pub const LARDER: &str = "\
A larder is a directory. Each workspace in it belongs to one tenant; within a workspace each plugin
has a store of its own, keys with values, which no other plugin sees; and there is one store that
the workspace shares among the plugins that are granted it (--shared).

Examples:
  larder new --lang go notes                     begin a plugin
  larder run notes.wasm -- put todo 'buy figs'   run a plugin, in the workspace `default`
  larder ls -p notes                             the keys that it has stored there
  larder get -p notes todo > todo.txt            a value, byte for byte
  larder ls                                      the workspaces
  larder stat -w team-7                          how much each plugin holds in the workspace team-7
  larder --dir /srv/larder rm --all -w team-7    delete a workspace
  larder export -w team-7 team-7.larder          a backup, also while a host has the workspace open

Names:
  A workspace has 1 to 64 of a-z 0-9 . _ - in its name, a plugin 1 to 128 bytes without control
  characters. A key is any string of at most 1024 bytes.

Exit codes:
  0  done
  1  no: there is no such key, workspace or larder, or one where there must be none; or the function
     that was called gave an error
  2  bad input: the command line, a name, a file that is no component, needs what is not offered or
     takes too long or too much memory to compile, an export that is damaged or cut off, a key or
     value over its limit
  3  the larder could not do it: held by another process, over the quota, damaged, not writable; or
     standard output, or a file, could not be written
  4  the plugin trapped, or was stopped by --timeout or the limit of its memory
  A command that ends with a failure of its own ends `larder run` with the same code, which is 1
  unless it exits with another one (with Rust's wasm32-wasip2 it is 0 or 1).

Standard output is data alone. An error is one line on standard error, with `larder: ` before it.";

pub const NEW: &str = "\
The project is an example that works, a plugin that keeps notes: its source, unit tests that run
without WebAssembly, the bindings as the folder larder/, and a README.md that says how to install
what it needs, build, test and run it. Nothing is fetched, and no larder is made.

DIR is made where there is none. One that has something in it is left as it is (exit code 2).
Printed are the commands to go on with, for a shell.

Examples:
  larder new --lang rust notes
  larder new --lang typescript plugins/notes";

pub const RUN: &str = "\
The plugin gets standard input, output and error, its arguments (first the name of its file), the
clock, random bytes, and its storage in the workspace: no environment, no files, no network. It has
256 MiB of memory, and all the time it takes unless --timeout says otherwise.

--quota is what the plugin's store may hold after a write that makes it grow: keys, values, and 64
bytes for each key. It is said anew with each run. All plugins of a workspace together may hold
1 GiB.

The store that the workspace shares is closed to it unless --shared says otherwise, and then
--shared-prefix bounds what it may name there.

With --commit whole-call all that the plugin writes becomes visible and durable at once, when it
has succeeded: when a command ends with status 0, or the function of --invoke gives no error.
Otherwise none of it is kept. Standard output is held back until the commit (more than 16 MiB of it
ends the plugin), since it may tell of what is not stored yet. That of a plugin that failed is
written when it has ended: its exit code tells that nothing was kept. That of one that succeeded
but could not be committed is dropped (exit code 3). Standard error is written at once. Where what
the plugin has read changed meanwhile, as a value that expired, it is run again from the beginning,
unless it has had something from standard input.

The compiled plugin is kept for the next time in XDG_CACHE_HOME/larder, or ~/.cache/larder, in a
directory that is this user's alone; one that others could write to is not used. --no-cache does
without. Compiling is done by a process of its own, which is stopped after --compile-time or, on
Unix, beyond --compile-memory: a component can be made to take hours or all memory (exit code 2).

With --invoke the plugin need not be a command: any function that it exports can be called. Its
arguments and its result are written in WAVE, the notation of values of the component model. The
bare name of a function does where only one is exported by it; otherwise write interface.name or
namespace:package/interface@version.name. Where the result is an error, it is written all the same
and the exit code is 1.

Examples:
  larder run notes.wasm -- put todo 'buy figs'
  larder run -w team-7 --plugin notes --quota 10MiB --timeout 5s build/notes-v2.wasm
  larder run -w team-7 --commit whole-call --shared read notes.wasm -- import < old-notes.txt
  larder run --invoke 'greet(\"world\", 2)' hello.wasm
  larder run --invoke 'acme:notes/admin@1.0.0.count()' notes.wasm

While it runs, this process alone writes to the workspace; where another one has it, that one is
named before the plugin runs (exit code 3), or at its first write where there was no workspace yet.
Exit codes: see larder --help.";

pub const COMPOSE: &str = "\
Joins the plugin with a component that keeps what it stores, and needs only WASI. What comes out
runs under the wasmtime command line, and keeps the same data as every other host of the larder:

  larder compose notes.wasm -o composed.wasm
  wasmtime run --dir ./larder-data composed.wasm put todo 'buy figs'
  larder ls -p notes

What is said here is baked in, and variables of the environment go before it, as in
`wasmtime run --env LARDER_WORKSPACE=team-7 …`: LARDER_WORKSPACE, LARDER_PLUGIN, LARDER_SHARED
(none, read or write), LARDER_SHARED_PREFIX, the limits (LARDER_STORE_BYTES, LARDER_VALUE_BYTES,
…), and LARDER_DIR where --dir is given more than once. Each write is committed by itself.

Limits are key-bytes, value-bytes, batch-items, batch-bytes, chunk-bytes, open-handles, store-bytes,
store-keys, workspace-bytes and delete-prefix-keys.

The plugin itself sees no directory. With --adapter the component is written alone, to be joined by
`wac plug notes.wasm --plug adapter.wasm -o composed.wasm`; a plugin that is joined so can open the
files of the larder. A workspace that a host has open is not there for a composed plugin, and one
that a composed plugin left locked when it was killed is freed by `larder unlock`.";

pub const UNLOCK: &str = "\
A plugin that was composed with storage has no locks, so it leaves a mark in the workspace while it
reads or writes, and one that is killed in the middle leaves it behind: then the workspace is
refused to everybody, `held by a component since …`. This removes the mark, and repairs what was
interrupted. Do so only when that component has ended: two that write at once damage the workspace.

A host that was killed leaves nothing that needs this, save for composed plugins. One that runs is
told, and keeps its workspace (exit code 3).

Examples:
  larder unlock -w team-7
  larder unlock -w team-7 --yes";

pub const DOCTOR: &str = "\
Reads all that a workspace holds, and compares it with its checksums, counts and notes. Each damage
is a line on standard output, with the workspace before it; with nothing damaged there is none, and
the exit code is 0, otherwise 1. Nothing is changed, and a host may have the workspace open.

With --salvage, where something is damaged, everything that is whole is carried over to a new
database, which takes the place of the old one at one stroke; that, and each file that was not
carried over, is kept in the directory that is told, until you remove it. A value that is damaged is
lost, and so are keys on a page of the database that is: restore those from an export, if there is
one. What is carried over is as of the last commit that can be read. No host may have the workspace
open (exit code 3). Where nothing can be carried over (3, too), it says why: one that has got
another name is as good as ever under its own; one that is lost is made again by an import, when
`larder rm --all` has removed it.

Examples:
  larder doctor
  larder doctor -w team-7
  larder doctor -w team-7 --salvage";

pub const GET: &str = "\
Nothing but the value is written, also no line end after it. Works while a host has the workspace
open, and sees what was last committed; a value that is replaced while it is read is read to its end
all the same. Where there is no such key, the exit code is 1.

Examples:
  larder get -w team-7 -p notes logo.png > logo.png
  larder get -w team-7 --shared motd";

pub const SET: &str = "\
Stores the value durably, within the limits of a plugin: 64 MiB a value, 100 MiB a store. Makes the
larder and the workspace where there are none. A host that has the workspace open keeps it from
being written by anyone else (exit code 3). What comes by standard input is stored whole or, where
reading it fails, not at all.

Examples:
  larder set -p notes greeting hello
  larder set -w team-7 -p notes logo.png - < logo.png
  larder set -w team-7 --shared --expires-in 8h motd 'closed today'
  larder set -p notes -- --key --value";

pub const RM: &str = "\
Where there is nothing to delete, the exit code is 1. --all asks first, on the terminal; where there
is no terminal, it needs --yes.

Examples:
  larder rm -w team-7 -p notes todo
  larder rm --all -w team-7 -p notes
  larder rm --all -w team-7 --shared
  larder rm --all -w team-7 --yes";

pub const LS: &str = "\
With --plugin, the keys that it has stored, in byte order, and with --shared those of the shared
store; with --workspace alone, the plugins that hold anything there; with none of these, the
workspaces. Works while a host has the workspace open.

Each name is a line. In names a backslash is written \\\\, and control characters are written \\n,
\\r, \\t or \\u{1b}, so that each is one line and can be told from any other; --null writes them as
they are (a key with a NUL in it then looks like two).

Examples:
  larder ls
  larder ls -w team-7
  larder ls -w team-7 -p notes 2026-";

pub const STAT: &str = "\
With --plugin or --shared, what that store holds; with --workspace alone, each store of the
workspace, the shared one last; with none of these, each workspace. Works while a host has the
workspace open.

A header and a line for each, columns apart by blanks, the name last. Sizes are bytes of keys and
values, and 64 for each key, as counted against the quota. The quotas are those that hold by
default; a host may set others for its plugins.

Examples:
  larder stat
  larder stat -w team-7 -p notes";

pub const EXPORT: &str = "\
The file has all that the workspace held at one moment: every plugin's keys and the shared ones,
with values of any size and the times at which they expire. Works while a host has the workspace
open and writes to it. (A copy of its files, as with cp, is no backup then: it can be of several
moments at once.) FILE gets its name only when it is complete; until then it ends in `.partial`.
Checksums in it tell an import whether it is whole; it is neither compressed nor encrypted.

What takes more than some seconds says on standard error how far it has come.

Examples:
  larder export -w team-7 team-7.larder
  larder export -w team-7 | zstd > team-7.larder.zst";

pub const IMPORT: &str = "\
The workspace must not exist yet (else the exit code is 1); it can have another name than the one
that was exported. A file is checked whole before anything is made; where it is damaged or cut off
(exit code 2), or the import fails later or is interrupted by Ctrl-C, no workspace is left. Only a
process that is killed outright (kill -9, a power cut) leaves a part of it: remove that with
`larder rm --all -w W` and import again.

Values that have expired since the export are left out. No quota holds.

What takes more than some seconds says on standard error how far it has come.

Examples:
  larder import -w team-7 team-7.larder
  zstd -dc team-7.larder.zst | larder import -w team-7-restored";

pub const CONFORMANCE: &str = "\
Runs a plugin that checks every promise of larder:storage through the interface alone. It says `ok
NAME`, `FAIL NAME: reason` or `skip NAME: reason` for each case, a promise and what of it is
checked, and in the end how many there were of each. Where one failed, the exit code is 1.

Without --dir or LARDER_DIR it checks a larder in a temporary directory. A larder that is named is
checked in a workspace of its own, conformance-NUMBER, which is removed in the end; no other is
touched.

The author of another host writes the plugin to a file with --emit. It is a wasi:cli command, with
the arguments --list, --shared none|read|write, --within PREFIX (what the host grants of the shared
store; without these it finds out), and names as here; --exact NAME checks one case, in a call of
its own.

Examples:
  larder conformance
  larder --dir /srv/larder conformance
  larder conformance --commit whole-call --shared read listing/ atomic-
  larder conformance --emit conformance.wasm";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::cli::Cli;

    #[test]
    fn no_line_is_broken_by_a_wide_terminal() {
        let larder = Cli::command();
        for command in larder.get_subcommands().chain([&larder]) {
            let help = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
            let broken: Vec<&str> = help.lines().filter(|line| line.chars().count() > 100).collect();
            assert!(broken.is_empty(), "{}: {broken:#?}", command.get_name());
        }
    }
}
