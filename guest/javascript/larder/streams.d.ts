import type { Address, Expectation } from "./address.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

export type { Reader } from "./reader.js";
export type { Writer } from "./writer.js";

/** How a value that is written piece by piece begins. */
export interface CreateOptions {
  /**
   * The value is stored only if this is true of the key when the writer is finished. It may be what `atomic.get` gave; that
   * includes `undefined`, for no value. Leave the property out for no condition.
   */
  onlyIf?: Expectation;
  /** The value is gone so many milliseconds after the writer was made. Without it the value stays. */
  expiresInMs?: number | bigint | undefined;
}

/** Values too large to hold in memory: read and written piece by piece. */
export const streams: {
  /**
   * Opens the value at a key for reading; undefined where there is none.
   *
   * @throws {LarderError} `too-many-open`, `key-too-long`, `access-denied`, `throttled`, `damaged`, `unavailable`
   */
  open(at: Address): Reader | undefined;

  /**
   * Begins a value, which is there once `Writer.finish` has returned.
   *
   * @throws {LarderError} `too-many-open`, `key-too-long`, `access-denied`, `throttled`, `unavailable`
   */
  create(at: Address, options?: CreateOptions): Writer;
};
