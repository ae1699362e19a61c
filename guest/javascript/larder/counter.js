import { LarderError } from "./error.js";
import { exact, int64 } from "./numbers.js";

const LARGEST = 2n ** 63n - 1n;
const LOW = 2n ** 32n;

/** What the bytes of a counter say, as a BigInt. */
export function toCounter(value) {
  if (value.length !== 8) {
    throw LarderError.notACounter();
  }
  return new DataView(value.buffer, value.byteOffset, 8).getBigInt64(0, true);
}

/** A sum that a number can be, or an error. */
export function toSafe(sum) {
  if (!Number.isSafeInteger(Number(sum))) {
    throw new RangeError("the count is too large to be exact in a number: use BigInts");
  }
  return Number(sum);
}

/**
 * What to add one after the other to have added `by`.
 *
 * Where the engine takes numbers, one that is too large to be exact is given in two parts that are.
 */
export function addends(by) {
  if (typeof by !== "bigint") {
    if (!Number.isSafeInteger(by)) {
      throw new RangeError(`what is added must be a whole number, and a BigInt where it is large: ${by}`);
    }
    return [int64(by)];
  }
  if (by > LARGEST || by < -LARGEST - 1n) {
    throw new RangeError(`what is added must have 64 bits at most: ${by}`);
  }
  if (exact || Number.isSafeInteger(Number(by))) {
    return [int64(by)];
  }
  const low = by % LOW;
  return [Number(by - low), Number(low)];
}
