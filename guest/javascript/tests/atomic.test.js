import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { atomic } from "../larder/atomic.js";
import { fake } from "../larder/fake/fake.js";
import { storage } from "../larder/storage.js";
import { refused } from "./refused.js";

beforeEach(() => fake.reset());

test("an entry is a value with its version and its time", () => {
  assert.equal(atomic.get("k"), undefined);
  storage.set("k", "v", { expiresInMs: 1000 });
  fake.advance(1);
  const { value, version, expiresInMs } = atomic.get("k");
  assert.deepEqual([value, typeof version, expiresInMs], [Uint8Array.of(118), "bigint", 999]);
  storage.set("k", "v");
  assert.notEqual(atomic.get("k").version, version);
  assert.equal(atomic.get("k").expiresInMs, undefined);
});

test("a commit is all or none", () => {
  storage.set("basket", "figs");
  const order = () =>
    atomic
      .commit()
      .check("orders/17", "absent")
      .check("basket", "present")
      .set("orders/17", "figs")
      .set("orders/latest", "17", { expiresInMs: 1000 })
      .add("orders")
      .add("orders", 2n)
      .delete("basket")
      .send();
  const made = order();
  assert.deepEqual(made, { committed: true, version: atomic.get("orders/17").version });
  assert.equal(atomic.get("orders").version, made.version);
  assert.equal(atomic.counter("orders"), 3);
  assert.equal(storage.exists("basket"), false);
  assert.deepEqual(order(), { committed: false, failedCheck: 0 });
  storage.delete("orders/17");
  assert.deepEqual(order(), { committed: false, failedCheck: 1 });
  assert.equal(atomic.counter("orders"), 3);
  fake.advance(1000);
  assert.deepEqual([...storage.keys()], ["orders"]);
});

test("a refused commit changes nothing", () => {
  storage.set("text", "not a counter");
  refused(() => atomic.commit().set("a", "1").add("text").send(), { code: "not-a-counter" });
  fake.setLimits({ storeBytes: 200 });
  refused(() => atomic.commit().set("a", "1").set("b", new Uint8Array(200)).send(), { code: "quota-exceeded" });
  assert.deepEqual([...storage.keys()], ["text"]);
});

test("set if it is what was read", () => {
  const before = atomic.get("k");
  assert.equal(atomic.setIf("k", before, "first").committed, true);
  assert.equal(atomic.setIf("k", before, "second").committed, false);
  const first = atomic.get("k");
  storage.delete("k");
  storage.set("k", "first");
  assert.deepEqual(atomic.setIf("k", first, "second"), { committed: false, failedCheck: 0 });
  assert.equal(atomic.setIf("k", atomic.get("k").version, "second").committed, true);
  assert.equal(atomic.setIfAbsent("k", "third"), false);
  assert.equal(storage.getText("k"), "second");
  assert.equal(atomic.setIfAbsent("l", "third", { expiresInMs: 1 }), true);
});

test("several keys as of one moment, within a batch", () => {
  storage.set("a", "123");
  storage.set("b", "45");
  const found = atomic.getMany(new Set(["a", "none", "b"]));
  assert.deepEqual(found.map((entry) => entry && entry.value.length), [3, undefined, 2]);
  fake.setLimits({ batchItems: 2, batchBytes: 4 });
  refused(() => atomic.getMany(["a", "b", "c"]), { code: "batch-too-large", unit: "items", limit: 2, actual: 3 });
  refused(() => atomic.getMany(["a", "b"]), { code: "batch-too-large", unit: "bytes", limit: 4, actual: 5 });
  refused(() => atomic.commit().set("c", "1").set("d", "12").send(), { code: "batch-too-large", limit: 4, actual: 5 });
  atomic.commit().set("c", "123456").send();
});

test("counters are exact, in numbers and in BigInts", () => {
  assert.equal(atomic.counter("n"), 0);
  assert.equal(atomic.increment("n"), 1);
  assert.equal(atomic.increment("n", -3), -2);
  assert.equal(atomic.increment("n", 3n), 1n);
  assert.deepEqual(storage.get("n"), Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
  const largest = 2n ** 63n - 1n;
  for (const by of [largest, -largest - 1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n]) {
    storage.delete("n");
    assert.equal(atomic.increment("n", by), by);
    assert.equal(atomic.counter("n", { bigint: true }), by);
    assert.throws(() => atomic.counter("n"), RangeError);
  }
  refused(() => atomic.increment("n", -largest), { code: "not-a-counter" });
  assert.throws(() => atomic.increment("n", largest + 1n), RangeError);
  assert.throws(() => atomic.increment("n", 0.5), RangeError);
  storage.set("n", "text");
  refused(() => atomic.counter("n"), { code: "not-a-counter", message: "the value is not a counter, or the sum leaves its range" });
});

test("a counter that expires still does", () => {
  storage.set("n", new Uint8Array(8), { expiresInMs: 10 });
  assert.equal(atomic.increment("n"), 1);
  fake.advance(10);
  assert.equal(atomic.increment("n"), 1);
});

test("retry reads again after a conflict, and gives up in the end", () => {
  const append = () => {
    const before = atomic.get("log");
    return atomic.setIf("log", before, `${storage.getText("log") ?? ""}.`);
  };
  fake.beforeNextCommit(() => storage.set("log", "theirs"));
  assert.equal(atomic.retry(2, append), atomic.get("log").version);
  assert.equal(storage.getText("log"), "theirs.");
  fake.beforeNextCommit(() => storage.set("log", "again"));
  refused(() => atomic.retry(0, append), {
    code: "conflict",
    tries: 1,
    message: "others changed what the commit checks, 1 times",
  });
});

test("an address or an expectation that is none is told", () => {
  assert.throws(() => atomic.get({ key: "k" }), TypeError);
  assert.throws(() => atomic.get({ store: "theirs", key: "k" }), TypeError);
  assert.throws(() => atomic.get(undefined), TypeError);
  assert.throws(() => atomic.commit().check("k", "gone"), TypeError);
  assert.throws(() => atomic.commit().check("k", 3), TypeError);
});
