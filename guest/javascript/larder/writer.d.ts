import type { Value } from "./bytes.js";

/**
 * A value being written. Closed without `finish`, it never was.
 *
 * Small writes are gathered into pieces of 64 KiB, and large ones cut into pieces that the host allows.
 */
export interface Writer {
  /**
   * Appends bytes, or text as UTF-8. Of a write that is refused nothing may be there, or a first part: begin again, or give up.
   *
   * @throws {LarderError} `value-too-large`, `quota-exceeded`, `throttled`, `unavailable`
   */
  write(value: Value): void;

  /**
   * Makes the value visible and durable, and gives its version; undefined where `onlyIf` does not hold. The writer is closed
   * then, also after an error, and the value is wholly there or wholly not.
   *
   * @throws {LarderError} `value-too-large`, `quota-exceeded`, `access-denied`, `throttled`, `unavailable`, `outcome-unknown`
   */
  finish(): bigint | undefined;

  /** Gives up, unless `finish` was called. A second time does nothing. */
  close(): void;

  /** As `close`, for `using`. */
  [Symbol.dispose](): void;
}
