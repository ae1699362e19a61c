import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { fake } from "../larder/fake/fake.js";
import { storage } from "../larder/storage.js";
import { refused } from "./refused.js";

beforeEach(() => fake.reset());

test("a value is bytes, given as text or as any view", () => {
  const buffer = Uint8Array.of(1, 2, 3, 4).buffer;
  const cases = [
    ["", []],
    ["é😀", [0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80]],
    [Uint8Array.of(0, 255), [0, 255]],
    [new Uint8Array(buffer, 1, 2), [2, 3]],
    [new Uint16Array(buffer, 2, 1), [3, 4]],
    [new DataView(buffer, 3), [4]],
    [buffer, [1, 2, 3, 4]],
  ];
  for (const [value, bytes] of cases) {
    storage.set("k", value);
    assert.deepEqual(storage.get("k"), Uint8Array.from(bytes));
  }
});

test("what is stored or read is nobody else's memory", () => {
  const bytes = Uint8Array.of(1);
  storage.set("k", bytes);
  bytes[0] = 2;
  storage.get("k")[0] = 3;
  assert.deepEqual(storage.get("k"), Uint8Array.of(1));
});

test("a missing key is an answer", () => {
  assert.equal(storage.get("k"), undefined);
  assert.equal(storage.getText("k"), undefined);
  assert.equal(storage.exists("k"), false);
  storage.delete("k");
  storage.set("k", "");
  assert.equal(storage.getText("k"), "");
  assert.equal(storage.exists("k"), true);
  storage.delete("k");
  assert.equal(storage.exists("k"), false);
});

test("text that is no text is told", () => {
  storage.set("k", Uint8Array.of(0xff));
  assert.throws(() => storage.getText("k"), TypeError);
  assert.throws(() => storage.set("k", "a\ud800"), TypeError);
  assert.throws(() => storage.set("\udc00", "a"), TypeError);
  for (const key of [undefined, null, 1, {}]) {
    assert.throws(() => storage.get(key), TypeError);
    assert.throws(() => storage.delete(key), TypeError);
    assert.throws(() => storage.deletePrefix(key), TypeError);
  }
  for (const value of [undefined, null, 1, [1]]) {
    assert.throws(() => storage.set("k", value), TypeError);
  }
  assert.deepEqual(storage.get("k"), Uint8Array.of(0xff));
});

test("what has expired is not there", () => {
  storage.set("a", "1", { expiresInMs: 1000 });
  storage.set("b", "1", { expiresInMs: 1000.9 });
  storage.set("c", "1", { expiresInMs: 1001n });
  storage.set("d", "1", { expiresInMs: 0 });
  storage.set("e", "1", { expiresInMs: Infinity });
  storage.set("f", "1", { expiresInMs: undefined });
  storage.set("g", "1", { expiresInMs: 1 });
  storage.set("g", "1");
  fake.advance(999);
  assert.deepEqual([...storage.keys()], ["a", "b", "c", "e", "f", "g"]);
  fake.advance(1);
  assert.deepEqual([...storage.keys()], ["c", "e", "f", "g"]);
  assert.equal(storage.get("a"), undefined);
  assert.equal(storage.usage().keys, 4);
  fake.advance(2n ** 64n - 2_000_000_000_000n);
  assert.deepEqual([...storage.keys()], ["e", "f", "g"]);
});

test("a time that is none is told", () => {
  for (const expiresInMs of [-1, -1n, NaN]) {
    assert.throws(() => storage.set("k", "", { expiresInMs }), RangeError);
  }
  assert.throws(() => storage.set("k", "", { expiresInMs: "1" }), TypeError);
});

test("each error has its code and its text", () => {
  const excess = { unit: "bytes", limit: 67108864, actual: 67108865 };
  const cases = [
    ["key-too-long", excess, "the key is too long: 67108865 bytes where 67108864 are allowed"],
    ["value-too-large", excess, "the value is too large: 67108865 bytes where 67108864 are allowed"],
    ["batch-too-large", { ...excess, unit: "items" }, "too much for one call: 67108865 items where 67108864 are allowed"],
    ["quota-exceeded", excess, "the store would be too full: 67108865 bytes where 67108864 are allowed"],
    [
      "too-many-open",
      { unit: "handles", limit: 16, actual: 17 },
      "too many readers and writers are open: 17 handles where 16 are allowed",
    ],
    ["not-a-counter", undefined, "the value is not a counter, or the sum leaves its range"],
    ["access-denied", undefined, "the host does not allow this plugin that access"],
    ["throttled", 250, "too many calls: try again in 250 ms"],
    ["damaged", undefined, "the stored value is damaged"],
    ["unavailable", undefined, "the store is unavailable"],
    ["outcome-unknown", undefined, "the outcome of the write is unknown"],
    ["other", "too late", "too late"],
  ];
  for (const [code, details, message] of cases) {
    fake.failNext(code, details);
    const more = typeof details === "object" ? details : code === "throttled" ? { afterMs: 250 } : {};
    refused(() => storage.set("k", ""), { name: "LarderError", code, message, ...more });
    assert.equal(storage.exists("k"), false);
  }
});

test("an error that is not the interface's stays what it is", () => {
  const mine = new Error("mine");
  fake.failNext("unheard-of");
  assert.throws(() => storage.set("k", ""), (error) => error.payload.tag === "unheard-of");
  assert.throws(() => storage.set("k", "", { get expiresInMs() { throw mine; } }), mine);
});
