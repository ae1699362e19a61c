import type { ErrorCode, Unit } from "../error.js";

/** What the fake allows. The defaults are those of a host that says nothing else. Every limit is inclusive. */
export interface FakeLimits {
  /** Bytes in a key, a prefix or a position. Default 1,024. */
  keyBytes: number;
  /** Bytes in a value. Default 64 MiB. */
  valueBytes: number;
  /** Items in one call or one answer. Default 1,000. */
  batchItems: number;
  /** Bytes in one call or one answer of many. Default 4 MiB. */
  batchBytes: number;
  /** Bytes in one chunk of a stream. Default 1 MiB. */
  chunkBytes: number;
  /** Readers and writers open at once. Default 16. */
  openHandles: number;
  /** Bytes that the plugin's own store may hold: keys, values and 64 bytes a key. Default 100 MiB. */
  storeBytes: number;
  /** Keys that either store may hold. Default 1,000,000. */
  storeKeys: number;
  /** Bytes that both stores together may hold, counted alike, and so the shared one alone. Default 1 GiB. */
  workspaceBytes: number;
  /** Keys that one `deletePrefix` may remove, unless it empties the store. Default 100,000. */
  deletePrefixKeys: number;
}

/**
 * A host for unit tests: a store in memory, with the rules of the interface. Run them with
 * `node --import ./larder/fake/register.js --test`.
 *
 * There is one for each process, and `node --test` runs each file in one of its own; `reset` before each test. It has no disk, so
 * nothing is durable, and nothing is damaged or unavailable unless `failNext` says so. No call is throttled, and each write is
 * committed by itself.
 */
export const fake: {
  /** Begins anew: two empty stores, the usual limits, no grant, nothing planned. */
  reset(): void;

  /** Sets what holds from now on; what is left out has its default. What is over a lowered quota stays, and may shrink. */
  setLimits(limits: Partial<FakeLimits>): void;

  /** Grants the shared store from now on, for the keys with a prefix. In the beginning nothing is granted. */
  grantShared(access: "none" | "read" | "write", prefix?: string): void;

  /** Moves the clock on, in whole milliseconds. It stands still otherwise. */
  advance(ms: number | bigint): void;

  /**
   * Has the next call that can fail do so, and change nothing. Said twice, it is for the next two calls. A call is one to the
   * host: a listing makes one for each page, a writer one for each piece.
   */
  failNext(code: "not-a-counter" | "access-denied" | "damaged" | "unavailable" | "outcome-unknown"): void;
  failNext(code: "throttled", afterMs: number): void;
  failNext(code: "other", reason: string): void;
  failNext(code: ErrorCode, excess: { unit: Unit; limit: number; actual: number }): void;

  /**
   * Does something just before the next `Commit.send`, `increment` or `Writer.finish`, as another plugin or another instance of this
   * one would.
   */
  beforeNextCommit(act: () => void): void;
};
