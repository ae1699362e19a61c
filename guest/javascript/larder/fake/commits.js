import { cost } from "./contents.js";
import { refusal, within } from "./refusal.js";

const LARGEST = 2n ** 63n - 1n;

/** Makes every change if every check holds; otherwise none. */
export function commit(workspace, checks, changes) {
  for (const { at } of checks) {
    workspace.allow("read", at.store, at.key);
  }
  for (const { at, action } of changes) {
    workspace.allow("write", at.store, at.key);
    within("value-too-large", "bytes", workspace.limits.valueBytes, carried(action));
  }
  const failed = checks.findIndex(({ at, expect }) => !holds(workspace, at, expect));
  if (failed >= 0) {
    return { tag: "conflict", val: failed };
  }
  const version = workspace.nextVersion();
  const staged = changes.reduce((staged, change) => stage(workspace, staged, change, version), []);
  apply(workspace, staged);
  return { tag: "committed", val: version };
}

/** What one commit may carry; a single value may be as large as any. */
export function checkBatch({ limits }, checks, changes) {
  within("batch-too-large", "items", limits.batchItems, checks.length + changes.length);
  if (changes.length === 1 && changes[0].action.tag.startsWith("set")) {
    return;
  }
  const keys = [...checks, ...changes].reduce((sum, { at }) => sum + Buffer.byteLength(at.key), 0);
  const bytes = changes.reduce((sum, { action }) => sum + carried(action), keys);
  within("batch-too-large", "bytes", limits.batchBytes, bytes);
}

/** Puts values, each `{ at, value }` where undefined is none, if there is room for all of them. */
export function apply(workspace, staged) {
  const growth = (store) => staged.filter(({ at }) => at.store === store).reduce(
    (sum, { at, value }) => {
      const before = workspace.contents(store).get(at.key);
      return {
        bytes: sum.bytes + cost(at.key, value) - cost(at.key, before),
        keys: sum.keys + Number(Boolean(value)) - Number(Boolean(before)),
      };
    },
    { bytes: 0, keys: 0 },
  );
  const [own, shared] = [growth("private"), growth("shared")];
  workspace.checkQuota("private", own.bytes, own.keys, shared.bytes);
  workspace.checkQuota("shared", shared.bytes, shared.keys, own.bytes);
  staged.forEach(({ at, value }) => workspace.contents(at.store).put(at.key, value));
}

/** A value, unless it is gone at once. */
export function value(workspace, bytes, version, expiresAtMs) {
  return expiresAtMs <= workspace.nowMs ? undefined : { bytes, version, expiresAtMs };
}

export function holds(workspace, at, { tag, val }) {
  const found = workspace.contents(at.store).get(at.key);
  return tag === "absent" ? !found : Boolean(found) && (tag === "present" || found.version === BigInt(val));
}

export function counter(bytes) {
  if (bytes.length !== 8) {
    throw refusal("not-a-counter");
  }
  return new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true);
}

/** What is staged with one more change; each key is there once. */
function stage(workspace, staged, { at, action }, version) {
  const isHere = (other) => other.at.store === at.store && other.at.key === at.key;
  const earlier = staged.find(isHere);
  const before = earlier ? earlier.value : workspace.contents(at.store).get(at.key);
  return [...staged.filter((other) => !isHere(other)), { at, value: after(workspace, before, action, version) }];
}

function after(workspace, before, { tag, val }, version) {
  switch (tag) {
    case "set":
      return value(workspace, val.slice(), version);
    case "set-expiring":
      return value(workspace, val.value.slice(), version, workspace.expiry(val.expiresInMs));
    case "delete":
      return undefined;
    default:
      return { bytes: add(before, BigInt(val)), version, expiresAtMs: before?.expiresAtMs };
  }
}

function add(before, by) {
  const sum = (before ? counter(before.bytes) : 0n) + by;
  if (sum > LARGEST || sum < -LARGEST - 1n) {
    throw refusal("not-a-counter");
  }
  return new Uint8Array(new BigInt64Array([sum]).buffer);
}

function carried({ tag, val }) {
  return tag === "set" ? val.length : tag === "set-expiring" ? val.value.length : 0;
}
