// What every key costs beyond its bytes and its value's, in bytes.
const KEY_COST = 64;

/** What a value at a key counts; nothing where there is none. */
export function cost(key, value) {
  return value ? Buffer.byteLength(key) + value.bytes.length + KEY_COST : 0;
}

/** What one store holds: keys with values, each `{ bytes, version, expiresAtMs }`. */
export class Contents {
  #values = new Map();
  heldBytes = 0;

  get heldKeys() {
    return this.#values.size;
  }

  get(key) {
    return this.#values.get(key);
  }

  put(key, value) {
    this.heldBytes += cost(key, value) - cost(key, this.get(key));
    if (value) {
      this.#values.set(key, value);
    } else {
      this.#values.delete(key);
    }
  }

  removeExpired(nowMs) {
    for (const [key, { expiresAtMs }] of this.#values) {
      if (expiresAtMs <= nowMs) {
        this.put(key, undefined);
      }
    }
  }

  /** The keys that start with `prefix` and come after `after`, in byte order: UTF-16 has another one. */
  range(prefix, after) {
    const start = after == null ? undefined : Buffer.from(after);
    const found = [...this.#values.keys()].filter((key) => key.startsWith(prefix)).map((key) => Buffer.from(key));
    const rest = found.filter((key) => !start || Buffer.compare(key, start) > 0);
    return rest.sort(Buffer.compare).map(String);
  }
}
