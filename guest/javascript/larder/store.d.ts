import type { Value } from "./bytes.js";

/** A key and its value. */
export interface Item {
  key: string;
  value: Uint8Array;
}

/** Keys in byte order; `next` is what to pass as `after` for the page that follows, and undefined on the last page. */
export interface KeyPage {
  keys: string[];
  next: string | undefined;
}

/** As `KeyPage`, with the values. */
export interface ItemPage {
  items: Item[];
  next: string | undefined;
}

/** Which page to fetch. */
export interface PageOptions {
  /** Only what comes after this position, which is a key; it need not be there. */
  after?: string | undefined;
  /** At most so many, cut to what `limits` allows; 0 means 1. As many as are allowed unless it is said. */
  most?: number | undefined;
}

/** How a value is stored. */
export interface SetOptions {
  /**
   * The value is gone so many milliseconds from now, whole ones; 0 is at once, and past the end of time (also `Infinity`)
   * is never. Without it the value stays.
   */
  expiresInMs?: number | bigint | undefined;
}

/** What the store holds now, and what it may hold by its own quota. Counted are keys, values, and 64 bytes a key. */
export interface Usage {
  bytes: number;
  keys: number;
  quotaBytes: number;
  quotaKeys: number;
}

/** What one call may carry, and how many readers and writers may be open. Every limit is inclusive. */
export interface Limits {
  /** Bytes in a key, a prefix or a position; 1,024 unless the host says otherwise. */
  keyBytes: number;
  /** Bytes in a value; 64 MiB. */
  valueBytes: number;
  /** Items in one commit, one `getMany` or one page; 1,000. */
  batchItems: number;
  /** Bytes in one commit, one `getMany` or one page, except for a single value; 4 MiB. */
  batchBytes: number;
  /** Bytes in one piece of a stream; 1 MiB. */
  chunkBytes: number;
  /** Readers and writers open at once; 16. */
  openHandles: number;
}

/**
 * A store. Any string is a key, compared by its bytes in UTF-8: `a//b`, `../b` and the empty string are three keys.
 *
 * Every call but `limits` may throw a `LarderError` with the codes `access-denied`, `throttled` and `unavailable`, and each
 * that takes a key, a prefix or a position with `key-too-long`; what else a call may meet is said with it. One that writes
 * may meet `outcome-unknown`. A string with a lone surrogate is a `TypeError`.
 */
export interface Store {
  /**
   * Stores `value` at `key`, replacing what was there, its expiry included. When it returns, the value is durable.
   *
   * @throws {LarderError} `value-too-large`, `quota-exceeded`
   */
  set(key: string, value: Value, options?: SetOptions): void;

  /**
   * The value at `key`, or undefined.
   *
   * @throws {LarderError} `damaged`
   */
  get(key: string): Uint8Array | undefined;

  /**
   * The value at `key` as text, or undefined.
   *
   * @throws {LarderError} `damaged`
   * @throws {TypeError} where the value is not UTF-8
   */
  getText(key: string): string | undefined;

  /** Removes `key` and its value; succeeds where there is none. */
  delete(key: string): void;

  /** Whether `key` has a value. */
  exists(key: string): boolean;

  /**
   * All keys that start with `prefix`, in byte order, fetched a page at a time; each step may throw.
   *
   * Every key that is there from the first step to the last is met once; one that comes or goes meanwhile may or may not be.
   */
  keys(prefix?: string): IterableIterator<string>;

  /**
   * As `keys`, with the values.
   *
   * @throws {LarderError} `damaged`, from a step
   */
  items(prefix?: string): IterableIterator<Item>;

  /** One page of the keys that start with `prefix`, in byte order. A page holds at least one key if any is left. */
  keyPage(prefix: string, options?: PageOptions): KeyPage;

  /**
   * As `keyPage`, with the values. A page ends early where its bytes would pass the limit of a batch, but holds at least one
   * item if any is left, however large.
   *
   * @throws {LarderError} `damaged`
   */
  itemPage(prefix: string, options?: PageOptions): ItemPage;

  /**
   * Removes every key that starts with `prefix`, all or none, and says how many there were. An empty prefix empties the
   * store, however large.
   *
   * @throws {LarderError} `batch-too-large` where there are more keys than the host allows at once (100,000), with the count
   */
  deletePrefix(prefix: string): number;

  /** What the store holds and may hold. */
  usage(): Usage;

  /** What one call may carry. It cannot fail. */
  limits(): Limits;
}
