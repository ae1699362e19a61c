/** What a limit counts. */
export type Unit = "bytes" | "items" | "handles";

/**
 * Why a call failed.
 *
 * | code | when |
 * |---|---|
 * | `key-too-long` | the key, prefix or position has more bytes than a key may have |
 * | `value-too-large` | the value has more bytes than a value may have |
 * | `batch-too-large` | the call carries, or its answer would carry, more than is allowed at once |
 * | `quota-exceeded` | the store would hold more than it may |
 * | `too-many-open` | too many readers and writers are open |
 * | `not-a-counter` | the value is not a counter, or the sum leaves a counter's range |
 * | `access-denied` | the host has not granted this plugin that access |
 * | `throttled` | too many calls; worth trying again after `afterMs` |
 * | `damaged` | the stored value is damaged; reading it would give wrong bytes |
 * | `unavailable` | the store cannot do this now; worth trying again |
 * | `outcome-unknown` | the write is wholly there or wholly not, and the store could not find out which; read to find out |
 * | `other` | a reason that this version of the interface has no name for; the message is for a log |
 * | `conflict` | `atomic.retry` met a conflict in its last try, too |
 */
export type ErrorCode =
  | "key-too-long"
  | "value-too-large"
  | "batch-too-large"
  | "quota-exceeded"
  | "too-many-open"
  | "not-a-counter"
  | "access-denied"
  | "throttled"
  | "damaged"
  | "unavailable"
  | "outcome-unknown"
  | "other"
  | "conflict";

/**
 * A refusal by the store. After any but `outcome-unknown` the store is as it was before the call.
 *
 * Arguments that are of no use to any store (a key that is not a string, a negative time) are a `TypeError` or a
 * `RangeError` instead.
 */
export class LarderError extends Error {
  private constructor();

  readonly name: "LarderError";

  /** Why. */
  readonly code: ErrorCode;

  /**
   * The limit that stood against it, in `unit`; with the codes `key-too-long`, `value-too-large`, `batch-too-large`,
   * `quota-exceeded` and `too-many-open`.
   *
   * With `quota-exceeded` it is what the store may hold now: its own quota, or what it holds and what is free in the
   * workspace, whichever is less.
   */
  readonly limit?: number;

  /** What was asked for instead, in `unit`; with `quota-exceeded`, what the store would hold. */
  readonly actual?: number;

  /** What `limit` and `actual` count. */
  readonly unit?: Unit;

  /** When it is worth trying again, in milliseconds; with the code `throttled`. */
  readonly afterMs?: number;

  /** How often it was tried; with the code `conflict`. */
  readonly tries?: number;
}
