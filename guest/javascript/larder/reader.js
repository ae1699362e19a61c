import { fromHost } from "./bytes.js";
import { call } from "./error.js";
import { int64, toCount, toVersion } from "./numbers.js";

const CHUNK_BYTES = 1024 * 1024;

export class Reader {
  #host;
  #size;
  #version;

  constructor(host) {
    this.#host = host;
    this.#size = Number(host.size());
    this.#version = toVersion(host.version());
  }

  get size() {
    return this.#size;
  }

  get version() {
    return this.#version;
  }

  read(offset = 0, most = CHUNK_BYTES) {
    if (!this.#host) {
      throw new Error("the reader is closed");
    }
    const from = int64(toCount(offset, this.#size, "offset"));
    const count = toCount(most, 2 ** 32 - 1, "most");
    return fromHost(call(() => this.#host.read(from, count)));
  }

  *[Symbol.iterator]() {
    try {
      for (let offset = 0; offset < this.#size; ) {
        const chunk = this.read(offset);
        offset += chunk.length;
        yield chunk;
      }
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
}
