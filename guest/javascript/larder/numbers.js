// QuickJS (componentize-qjs) takes and gives 64-bit integers as numbers, StarlingMonkey (componentize-js) as BigInts; each
// traps on the other's. `wit` is a global of the former. The fake takes both.
export const exact = !("wit" in globalThis);

const NEVER_MS = 2 ** 64;
// The largest number below 2^64 that a double can be.
const LONGEST_MS = exact ? 2n ** 64n - 1n : 2 ** 64 - 2048;

export const int64 = exact ? BigInt : Number;

/** Milliseconds from now, as the interface counts them: whole, and as good as never where they are too many. */
export function toExpiry(ms) {
  if (typeof ms !== "number" && typeof ms !== "bigint") {
    throw new TypeError("expiresInMs must be a number or a BigInt");
  }
  if (!(ms >= 0)) {
    throw new RangeError(`expiresInMs must not be negative: ${ms}`);
  }
  if (ms >= NEVER_MS) {
    return LONGEST_MS;
  }
  return int64(typeof ms === "number" ? Math.floor(ms) : ms);
}

/** An offset or a count from 0 on; what is larger than `largest` is as good as `largest`. */
export function toCount(count, largest, name) {
  const number = Number(count);
  if (!(number >= 0)) {
    throw new RangeError(`${name} must be a number from 0 on: ${count}`);
  }
  return Math.floor(Math.min(number, largest));
}

/** A version, exact or not at all: two that look alike would hide what another plugin has written. */
export function toVersion(number) {
  if (typeof number === "number" && !Number.isSafeInteger(number)) {
    throw new RangeError("the host's versions are larger than this engine can tell apart");
  }
  return BigInt(number);
}
