import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { fake } from "../larder/fake/fake.js";
import { storage } from "../larder/storage.js";
import { refused } from "./refused.js";

beforeEach(() => fake.reset());

function fill(...keys) {
  keys.forEach((key) => storage.set(key, key));
}

test("keys are in the order of their bytes, which is not that of JavaScript's strings", () => {
  const keys = ["", "B", "a", "a/1", "a/10", "a/2", "b", "é", "\uffff", "😀"];
  fill(...keys.toReversed());
  assert.deepEqual([...storage.keys()], keys);
  assert.deepEqual([...storage.keys("a/")], ["a/1", "a/10", "a/2"]);
  assert.deepEqual([...storage.keys("c")], []);
});

test("all pages are fetched, each when it is needed", () => {
  fake.setLimits({ batchItems: 2 });
  fill("a", "b", "c", "d", "e");
  const keys = storage.keys();
  assert.deepEqual(keys.next().value, "a");
  storage.set("d2", "");
  assert.deepEqual([...keys], ["b", "c", "d", "d2", "e"]);
  assert.deepEqual([...storage.items("d")], [
    { key: "d", value: Uint8Array.of(100) },
    { key: "d2", value: new Uint8Array() },
  ]);
});

test("an error ends a listing", () => {
  fake.setLimits({ batchItems: 1 });
  fill("a", "b");
  const keys = storage.keys();
  keys.next();
  fake.failNext("unavailable");
  refused(() => keys.next(), { code: "unavailable" });
  assert.equal(keys.next().done, true);
});

test("a page says where the next one begins", () => {
  fill("a", "b", "c");
  assert.deepEqual(storage.keyPage("", { most: 2 }), { keys: ["a", "b"], next: "b" });
  assert.deepEqual(storage.keyPage("", { after: "b", most: 2 }), { keys: ["c"], next: undefined });
  assert.deepEqual(storage.keyPage("", { after: "bb" }), { keys: ["c"], next: undefined });
  assert.deepEqual(storage.keyPage("", { most: 0 }).keys, ["a"]);
  assert.deepEqual(storage.keyPage("", { most: Infinity }).keys, ["a", "b", "c"]);
  assert.deepEqual(storage.keyPage("b", { after: "a" }).keys, ["b"]);
  assert.throws(() => storage.keyPage("", { most: -1 }), RangeError);
  assert.throws(() => storage.keyPage("", { most: NaN }), RangeError);
});

test("a page of items ends where its bytes would be too many, but has one", () => {
  fake.setLimits({ batchBytes: 4 });
  storage.set("a", "12345");
  storage.set("b", "1");
  storage.set("c", "1");
  storage.set("d", "1");
  assert.deepEqual(storage.itemPage("").next, "a");
  assert.deepEqual(storage.itemPage("", { after: "a" }).items.map(({ key }) => key), ["b", "c"]);
  assert.deepEqual([...storage.items()].map(({ key }) => key), ["a", "b", "c", "d"]);
});
