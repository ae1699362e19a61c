// Package larder is storage for plugins: keep bytes under a key, and find them again in the next call, the next process,
// after a crash.
//
//	err := larder.Set("greeting", []byte("hello"))
//	value, found, err := larder.Get("greeting")
//
// There is nothing to open and nothing to configure. Which store a plugin sees, and how much it may keep there, is the
// host's decision; when [Set] returns, a power cut does not undo it. A missing key is an answer, not an error, and after an
// error the store is as it was before (only [ErrOutcomeUnknown] leaves that open).
//
// [Set], [Get] and the other functions of that kind are for [Private], the plugin's own store; [Shared] has the same as
// methods. [Commit] and what goes with it is for several keys at once, [Open] and [Create] for values too large to hold in
// memory.
//
// Any string of valid UTF-8 is a key; another is [ErrNotUTF8]. All calls may be made from several goroutines. A [Reader] or
// [Writer] is for one at a time.
//
// # Limits
//
// A host may choose other limits than these; [Limits] and [Usage] tell which ones hold. All are inclusive.
//
//   - A key, prefix or position: 1,024 bytes.
//   - A value: 64 MiB.
//   - One page, one commit, one answer of many: 1,000 items and 4 MiB; a single value alone: the value's limit.
//   - One piece of a stream: 1 MiB. Readers and writers open: 16.
//   - [DeletePrefix] with a prefix that is not empty: 100,000 keys.
//   - One store: 100 MiB and 1,000,000 keys; counted are keys, values and 64 bytes a key.
//
// # Tests
//
// Where the plugin is not compiled for GOOS=wasip1, every call goes to a [Fake], a store in memory with the same rules; so
// go test is enough.
package larder
