import { toAddress, toExpectation } from "./address.js";
import { toBytes } from "./bytes.js";
import { addends } from "./counter.js";
import { toExpiry, toVersion } from "./numbers.js";

export class Commit {
  #commit;
  #checks = [];
  #changes = [];

  constructor(commit) {
    this.#commit = commit;
  }

  check(at, expected) {
    this.#checks.push({ at: toAddress(at), expect: toExpectation(expected) });
    return this;
  }

  set(at, value, { expiresInMs } = {}) {
    const bytes = toBytes(value);
    if (expiresInMs === undefined) {
      return this.#change(at, { tag: "set", val: bytes });
    }
    return this.#change(at, { tag: "set-expiring", val: { value: bytes, expiresInMs: toExpiry(expiresInMs) } });
  }

  delete(at) {
    return this.#change(at, { tag: "delete" });
  }

  add(at, by = 1) {
    for (const addend of addends(by)) {
      this.#change(at, { tag: "add", val: addend });
    }
    return this;
  }

  #change(at, action) {
    this.#changes.push({ at: toAddress(at), action });
    return this;
  }

  send() {
    const { tag, val } = this.#commit(this.#checks, this.#changes);
    return tag === "committed" ? { committed: true, version: toVersion(val) } : { committed: false, failedCheck: val };
  }
}
