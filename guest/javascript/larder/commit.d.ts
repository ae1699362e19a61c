import type { Address, Expectation } from "./address.js";
import type { Value } from "./bytes.js";
import type { SetOptions } from "./store.js";

/**
 * What became of a commit: the version of all the values that it wrote; or the first check that did not hold, counted from 0,
 * and then nothing was changed.
 */
export type Outcome = { committed: true; version: bigint } | { committed: false; failedCheck: number };

/**
 * Checks and changes that are made all or none, in both stores. `atomic.commit` begins one, `send` makes it.
 *
 * Checks see the state before the commit; changes to one key apply in the order they were added.
 */
export interface Commit {
  /** The commit is made only if this is true of the key. What `atomic.get` gave may stand for what is expected. */
  check(at: Address, expected: Expectation): Commit;

  /** Stores a value, replacing what was there, its expiry included. */
  set(at: Address, value: Value, options?: SetOptions): Commit;

  /** Removes a key; it need not be there. */
  delete(at: Address): Commit;

  /**
   * Adds to a counter, 1 unless said otherwise; an absent key counts as zero, and an expiry is kept.
   *
   * @throws {RangeError} where `by` is not a whole number
   */
  add(at: Address, by?: number | bigint): Commit;

  /**
   * Makes the commit. A conflict is an answer, not an error. One that was sent may be sent again.
   *
   * @throws {LarderError} `batch-too-large` where checks and changes are more than is allowed at once (1,000 items, 4 MiB; a
   *   single `set` may carry a value of any allowed size); `value-too-large`, `quota-exceeded`, `not-a-counter`; `damaged`
   *   where a counter is
   */
  send(): Outcome;
}
