import { int64 } from "../numbers.js";
import { commit } from "./commits.js";
import { within } from "./refusal.js";
import { call, workspace } from "./workspace.js";

/** The functions of the interface `storage` or `shared`. */
export function storeCalls(store) {
  const change = (key, action) => call((workspace) => void commit(workspace, [], [{ at: { store, key }, action }]));
  const page = (prefix, after, most, bytesOf) => call((workspace) => cutPage(workspace, store, prefix, after, most, bytesOf));
  const bytesOf = (key) => workspace.contents(store).get(key).bytes;

  return {
    set: (key, value) => change(key, { tag: "set", val: value }),
    setExpiring: (key, value, expiresInMs) => change(key, { tag: "set-expiring", val: { value, expiresInMs } }),
    remove: (key) => change(key, { tag: "delete" }),
    get: (key) => call((workspace) => find(workspace, { store, key })?.bytes.slice()),
    exists: (key) => call((workspace) => find(workspace, { store, key }) !== undefined),

    keys: (prefix, after, most) => page(prefix, after, most, (key) => Buffer.byteLength(key)),

    items(prefix, after, most) {
      const { keys, next } = page(prefix, after, most, (key) => Buffer.byteLength(key) + bytesOf(key).length);
      return { items: keys.map((key) => ({ key, value: bytesOf(key).slice() })), next };
    },

    deletePrefix: (prefix) =>
      call((workspace) => {
        workspace.allow("write", store, prefix);
        const keys = workspace.contents(store).range(prefix);
        if (prefix !== "") {
          within("batch-too-large", "items", workspace.limits.deletePrefixKeys, keys.length);
        }
        keys.forEach((key) => workspace.contents(store).put(key, undefined));
        return int64(keys.length);
      }),

    usage: () =>
      call((workspace) => {
        workspace.allow("read", store, "");
        const { heldBytes, heldKeys } = workspace.contents(store);
        const [quotaBytes, quotaKeys] = [workspace.quotaBytes(store), workspace.limits.storeKeys];
        return { bytes: int64(heldBytes), keys: int64(heldKeys), quotaBytes: int64(quotaBytes), quotaKeys: int64(quotaKeys) };
      }),

    limits() {
      const { keyBytes, valueBytes, batchItems, batchBytes, chunkBytes, openHandles } = workspace.limits;
      return { keyBytes, valueBytes: int64(valueBytes), batchItems, batchBytes: int64(batchBytes), chunkBytes, openHandles };
    },
  };
}

/** The value at a key that the plugin may read. */
export function find(workspace, { store, key }) {
  workspace.allow("read", store, key);
  return workspace.contents(store).get(key);
}

function cutPage(workspace, store, prefix, after, most, bytesOf) {
  workspace.allow("read", store, prefix);
  if (after != null) {
    workspace.checkLength(after);
  }
  const found = workspace.contents(store).range(prefix, after);
  const mostItems = Math.max(Math.min(most, workspace.limits.batchItems), 1);
  let bytes = 0;
  const fits = (key, index) => (bytes += bytesOf(key)) <= workspace.limits.batchBytes || index === 0;
  const end = found.slice(0, mostItems).findIndex((key, index) => !fits(key, index));
  const keys = found.slice(0, end < 0 ? mostItems : end);
  return { keys, next: keys.length < found.length ? keys.at(-1) : undefined };
}
