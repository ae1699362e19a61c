import { toBytes } from "./bytes.js";
import { call } from "./error.js";
import { toVersion } from "./numbers.js";

const BUFFER_BYTES = 64 * 1024;
const CHUNK_BYTES = 1024 * 1024;

export class Writer {
  #host;
  #finish;
  #chunkBytes = CHUNK_BYTES;
  #buffer = new Uint8Array(BUFFER_BYTES);
  #held = 0;

  constructor(host, finish) {
    this.#host = host;
    this.#finish = finish;
  }

  write(value) {
    this.#checkOpen();
    const bytes = toBytes(value);
    if (this.#held + bytes.length > BUFFER_BYTES) {
      this.#flush();
    }
    if (bytes.length >= BUFFER_BYTES) {
      this.#send(bytes);
    } else {
      this.#buffer.set(bytes, this.#held);
      this.#held += bytes.length;
    }
  }

  finish() {
    this.#checkOpen();
    try {
      this.#flush();
      const host = this.#host;
      // From here on it is the host's, whatever it answers.
      this.#host = undefined;
      const version = call(() => this.#finish(host));
      return version == null ? undefined : toVersion(version);
    } finally {
      this.close();
    }
  }

  close() {
    this.#host?.[Symbol.dispose]();
    this.#host = undefined;
  }

  [Symbol.dispose]() {
    this.close();
  }

  #checkOpen() {
    if (!this.#host) {
      throw new Error("the writer is closed");
    }
  }

  #flush() {
    const held = this.#buffer.subarray(0, this.#held);
    if (held.length > 0) {
      this.#send(held);
      this.#held = 0;
    }
  }

  #send(bytes) {
    for (let at = 0; at < bytes.length; ) {
      const chunk = bytes.subarray(at, at + this.#chunkBytes);
      at += this.#sendOne(chunk) ? chunk.length : 0;
    }
  }

  // The limit is told by a refusal, so that a plugin need not import a store for its `limits`.
  #sendOne(chunk) {
    try {
      call(() => this.#host.write(chunk));
      return true;
    } catch (error) {
      const { code, unit, limit, actual } = error;
      const isTooLong = code === "batch-too-large" && unit === "bytes" && actual === chunk.length;
      if (!isTooLong || limit < 1) {
        throw error;
      }
      this.#chunkBytes = limit;
      return false;
    }
  }
}
