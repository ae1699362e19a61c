import { int64 } from "../numbers.js";
import { apply, holds, value } from "./commits.js";
import { within } from "./refusal.js";
import { call, committingCall, workspace } from "./workspace.js";

const disposed = new WeakSet();

/** A value as it was when opened. */
export class Reader {
  #value;

  constructor(value) {
    this.#value = value;
    workspace.openHandle(this);
  }

  size() {
    return int64(this.#value.bytes.length);
  }

  version() {
    return int64(this.#value.version);
  }

  read(offset, most) {
    return call(({ limits }) => {
      const start = Math.min(Number(offset), this.#value.bytes.length);
      return this.#value.bytes.slice(start, start + Math.min(most, limits.chunkBytes));
    });
  }

  [Symbol.dispose]() {
    dispose(this);
  }
}

/** A value being written. */
export class Writer {
  reserved = 0;
  #at;
  #expect;
  #expiresAtMs;
  #bytes = new Uint8Array();

  constructor(at, expect, expiresInMs) {
    this.#at = at;
    this.#expect = expect;
    this.#expiresAtMs = expiresInMs == null ? undefined : workspace.expiry(expiresInMs);
    workspace.openHandle(this);
  }

  get store() {
    return this.#at.store;
  }

  write(bytes) {
    call((workspace) => {
      within("batch-too-large", "bytes", workspace.limits.chunkBytes, bytes.length);
      within("value-too-large", "bytes", workspace.limits.valueBytes, this.#bytes.length + bytes.length);
      const longer = new Uint8Array(Buffer.concat([this.#bytes, bytes]));
      workspace.reserve(this, this.#at.key, { bytes: longer });
      this.#bytes = longer;
    });
  }

  static finish(writer) {
    try {
      return committingCall((workspace) => writer.#put(workspace));
    } finally {
      dispose(writer);
    }
  }

  #put(workspace) {
    this.reserved = 0;
    if (this.#expect != null && !holds(workspace, this.#at, this.#expect)) {
      return undefined;
    }
    const version = workspace.nextVersion();
    apply(workspace, [{ at: this.#at, value: value(workspace, this.#bytes, version, this.#expiresAtMs) }]);
    return int64(version);
  }

  [Symbol.dispose]() {
    dispose(this);
  }
}

// As with a host, a second time is a mistake.
function dispose(handle) {
  if (disposed.has(handle)) {
    throw new Error("the handle is disposed of already");
  }
  disposed.add(handle);
  workspace.handles.delete(handle);
}
