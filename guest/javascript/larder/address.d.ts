/** A key in the plugin's own store, or one in a store that is named. */
export type Address = string | { store: "private" | "shared"; key: string };

/** A value with its version. */
export interface Entry {
  value: Uint8Array;
  /** Which write made the value. No two writes in a workspace share one; compare for equality only. */
  version: bigint;
  /** How long it has to live, in milliseconds; undefined where it stays. */
  expiresInMs: number | undefined;
}

/**
 * What must be true of a key: that it has no value, that it has one, or that its value is still the one with this version.
 *
 * What `atomic.get` gave is an expectation, too: an entry is the one with its version, and undefined is no value.
 */
export type Expectation = "absent" | "present" | bigint | { version: bigint } | undefined;
