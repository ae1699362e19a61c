import { Contents, cost } from "./contents.js";
import { refusal, within } from "./refusal.js";

const MIB = 1024 * 1024;
const LONGEST_MS = 2n ** 64n - 1n;

export const DEFAULT_LIMITS = Object.freeze({
  keyBytes: 1024,
  valueBytes: 64 * MIB,
  batchItems: 1000,
  batchBytes: 4 * MIB,
  chunkBytes: MIB,
  openHandles: 16,
  storeBytes: 100 * MIB,
  storeKeys: 1_000_000,
  workspaceBytes: 1024 * MIB,
  deletePrefixKeys: 100_000,
});

/** Both stores, and what their host has decided. */
class Workspace {
  limits = DEFAULT_LIMITS;
  grant = { access: "none", prefix: "" };
  // Some time after 1970, as with any host, so that the longest time ends past the end of time.
  nowMs = 1_800_000_000_000n;
  failures = [];
  beforeCommit = undefined;
  /** Open readers and writers; a writer has taken `reserved` bytes of its store. */
  handles = new Set();
  #contents = { private: new Contents(), shared: new Contents() };
  #lastVersion = 0n;

  contents(store) {
    return this.#contents[store];
  }

  removeExpired() {
    Object.values(this.#contents).forEach((contents) => contents.removeExpired(this.nowMs));
  }

  /** Checks a key or a prefix: whether the plugin may reach it, then its length. */
  allow(access, store, key) {
    if (store === "shared") {
      const isGranted = this.grant.access === "write" || this.grant.access === access;
      if (!isGranted || !key.startsWith(this.grant.prefix)) {
        throw refusal("access-denied");
      }
    }
    this.checkLength(key);
  }

  checkLength(key) {
    within("key-too-long", "bytes", this.limits.keyBytes, Buffer.byteLength(key));
  }

  nextVersion() {
    return ++this.#lastVersion;
  }

  /** When something is gone that lives so long; undefined where that is never. */
  expiry(ms) {
    const atMs = this.nowMs + BigInt(ms);
    return atMs > LONGEST_MS ? undefined : atMs;
  }

  checkHandles() {
    within("too-many-open", "handles", this.limits.openHandles, this.handles.size + 1);
  }

  openHandle(handle) {
    this.checkHandles();
    this.handles.add(handle);
  }

  /** Keeps room free for the value that a writer has by now, in place of what was. */
  reserve(writer, key, value) {
    const old = this.contents(writer.store).get(key);
    const growth = cost(key, value) - cost(key, old);
    const before = writer.reserved;
    writer.reserved = 0;
    try {
      this.checkQuota(writer.store, growth, old ? 0 : 1);
      writer.reserved = Math.max(growth, 0);
    } catch (error) {
      writer.reserved = before;
      throw error;
    }
  }

  /**
   * Whether so many bytes and keys may come to `store`, while the other one grows by so many bytes. What is over its quota
   * already may shrink.
   */
  checkQuota(store, bytes, keys, otherBytes = 0) {
    const contents = this.contents(store);
    if (bytes > 0) {
      const other = store === "private" ? "shared" : "private";
      const otherHeld = this.contents(other).heldBytes + otherBytes;
      const reservedHere = this.#reserved(store);
      const taken = contents.heldBytes + otherHeld + reservedHere + this.#reserved(other);
      const free = Math.max(this.limits.workspaceBytes - taken, 0);
      const own = Math.max(this.quotaBytes(store) - reservedHere, 0);
      const limit = Math.min(own, contents.heldBytes + free);
      within("quota-exceeded", "bytes", limit, contents.heldBytes + bytes);
    }
    if (keys > 0) {
      within("quota-exceeded", "items", this.limits.storeKeys, contents.heldKeys + keys);
    }
  }

  #reserved(store) {
    return [...this.handles].reduce((sum, it) => sum + (it.store === store ? (it.reserved ?? 0) : 0), 0);
  }

  quotaBytes(store) {
    return store === "private" ? this.limits.storeBytes : this.limits.workspaceBytes;
  }
}

export let workspace = new Workspace();

export function reset() {
  workspace = new Workspace();
}

/** A call that can fail, and does if that was planned. */
export function call(act) {
  if (workspace.failures.length > 0) {
    throw workspace.failures.shift();
  }
  workspace.removeExpired();
  return act(workspace);
}

/** A call that commits; what was to happen before it happens now. */
export function committingCall(act) {
  const before = workspace.beforeCommit;
  workspace.beforeCommit = undefined;
  before?.();
  return call(act);
}
