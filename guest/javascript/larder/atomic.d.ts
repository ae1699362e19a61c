import type { Address, Entry, Expectation } from "./address.js";
import type { Value } from "./bytes.js";
import type { Commit, Outcome } from "./commit.js";
import type { SetOptions } from "./store.js";

export type { Address, Entry, Expectation } from "./address.js";
export type { Commit, Outcome } from "./commit.js";

/**
 * Several keys at once, in either store: read as of one moment, changed all or none.
 *
 * A key alone is one in the plugin's own store; `{ store: "shared", key }` names one in the other. Every call may throw a
 * `LarderError` with the codes `key-too-long`, `access-denied`, `throttled` and `unavailable`, and one that writes with
 * `outcome-unknown`; what else it may meet is said with it.
 */
export const atomic: {
  /**
   * The value at a key with its version and how long it has to live, or undefined.
   *
   * @throws {LarderError} `damaged`
   */
  get(at: Address): Entry | undefined;

  /**
   * The values at several keys as of one moment, in the order asked.
   *
   * @throws {LarderError} `batch-too-large` where the keys, or the values found, are more than is allowed at once (1,000 items,
   *   4 MiB; a large value is read alone); `damaged`
   */
  getMany(at: Iterable<Address>): (Entry | undefined)[];

  /** Begins a commit; its `send` makes it. */
  commit(): Commit;

  /**
   * Stores `value` if the key is as expected: a compare-and-set, where that is a version or what `get` gave.
   *
   * @throws {LarderError} as `Commit.send`
   */
  setIf(at: Address, expected: Expectation, value: Value, options?: SetOptions): Outcome;

  /**
   * Stores `value` where there is none yet, and says whether it did.
   *
   * @throws {LarderError} as `Commit.send`
   */
  setIfAbsent(at: Address, value: Value, options?: SetOptions): boolean;

  /**
   * What a counter has come to; zero where there is none. With `{ bigint: true }` it is a BigInt.
   *
   * @throws {LarderError} `not-a-counter` where the value is not eight bytes long; `damaged`
   * @throws {RangeError} where a number cannot be as exact as the count (beyond 2^53 - 1)
   */
  counter(at: Address, options?: { bigint?: false }): number;
  counter(at: Address, options: { bigint: true }): bigint;

  /**
   * Adds to a counter, 1 unless said otherwise, and gives the sum. No count is ever lost, however many add at once. An
   * absent key counts as zero; a counter that expires still does, at the same time.
   *
   * A counter has 64 bits, with sign. With a number for `by`, the sum is a number; with a BigInt, a BigInt.
   *
   * @throws {LarderError} `not-a-counter`, also where the sum leaves 64 bits; `quota-exceeded`; `damaged`
   * @throws {RangeError} where `by` is not a whole number; or, after it was added, where a number cannot be as exact as the
   *   sum (beyond 2^53 - 1)
   */
  increment(at: Address, by?: number): number;
  increment(at: Address, by: bigint): bigint;

  /**
   * Runs `attempt` until its commit is made, at most so many times (0 means 1), and gives the version of what it wrote. The
   * attempt reads again each time; so what it writes follows from what is there. There is no waiting between two tries.
   *
   * @throws {LarderError} `conflict` where the last try was in conflict, too; otherwise what the attempt throws, which is not
   *   run again then
   */
  retry(tries: number, attempt: () => Outcome): bigint;
};
