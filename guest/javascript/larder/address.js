import { checkText, fromHost } from "./bytes.js";
import { int64, toVersion } from "./numbers.js";

/** A key alone is one of the plugin's own store. */
export function toAddress(at) {
  const { store, key } = typeof at === "string" ? { store: "private", key: at } : (at ?? {});
  if (store !== "private" && store !== "shared") {
    throw new TypeError('the store of an address must be "private" or "shared"');
  }
  return { store, key: checkText(key, "the key") };
}

/** What must be true of a key; as what was read, which may be nothing. */
export function toExpectation(expected) {
  if (expected === undefined || expected === "absent") {
    return { tag: "absent" };
  }
  if (expected === "present") {
    return { tag: "present" };
  }
  const version = typeof expected === "bigint" ? expected : expected?.version;
  if (typeof version !== "bigint") {
    throw new TypeError('what is expected must be "absent", "present", a version, or what was read');
  }
  return { tag: "unchanged", val: int64(version) };
}

export function toEntry(entry) {
  const { value, version, expiresInMs } = entry;
  return {
    value: fromHost(value),
    version: toVersion(version),
    expiresInMs: expiresInMs == null ? undefined : Number(expiresInMs),
  };
}
