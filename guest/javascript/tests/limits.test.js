import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { atomic } from "../larder/atomic.js";
import { fake } from "../larder/fake/fake.js";
import { shared } from "../larder/shared.js";
import { storage } from "../larder/storage.js";
import { refused } from "./refused.js";

beforeEach(() => fake.reset());

test("a host that says nothing allows this", () => {
  assert.deepEqual(storage.limits(), {
    keyBytes: 1024,
    valueBytes: 67108864,
    batchItems: 1000,
    batchBytes: 4194304,
    chunkBytes: 1048576,
    openHandles: 16,
  });
  assert.deepEqual(storage.usage(), { bytes: 0, keys: 0, quotaBytes: 104857600, quotaKeys: 1000000 });
});

test("a key, a prefix and a position have 1,024 bytes at most", () => {
  const [longest, longer] = ["é".repeat(512), "é".repeat(512) + "a"];
  const refusal = { code: "key-too-long", unit: "bytes", limit: 1024, actual: 1025 };
  storage.set(longest, "");
  assert.deepEqual([...storage.keys(longest)], [longest]);
  refused(() => storage.set(longer, ""), refusal);
  refused(() => storage.get(longer), refusal);
  refused(() => storage.deletePrefix(longer), refusal);
  refused(() => storage.keyPage("", { after: longer }), refusal);
  refused(() => [...storage.items(longer)], refusal);
  refused(() => atomic.get(longer), refusal);
});

test("a value may be as large as the limit, and not a byte larger", () => {
  fake.setLimits({ valueBytes: 100 });
  storage.set("k", new Uint8Array(100));
  refused(() => storage.set("k", new Uint8Array(101)), { code: "value-too-large", limit: 100, actual: 101 });
  refused(() => storage.set("k", new Uint8Array(101), { expiresInMs: 1 }), { code: "value-too-large" });
  assert.equal(storage.get("k").length, 100);
});

test("a quota counts keys, values, and 64 bytes a key", () => {
  fake.setLimits({ storeBytes: 72 });
  storage.set("key", "value");
  assert.deepEqual(storage.usage(), { bytes: 72, keys: 1, quotaBytes: 72, quotaKeys: 1000000 });
  const refusal = { code: "quota-exceeded", unit: "bytes", limit: 72, actual: 73 };
  refused(() => storage.set("key", "longer"), { ...refusal, message: "the store would be too full: 73 bytes where 72 are allowed" });
  refused(() => storage.set("", ""), { ...refusal, actual: 136 });
  assert.equal(storage.getText("key"), "value");
  storage.set("key", "less");
});

test("what is over a lowered quota may shrink", () => {
  storage.set("key", "value");
  fake.setLimits({ storeBytes: 10, storeKeys: 0 });
  storage.set("key", "less");
  refused(() => storage.set("key", "more!"), { limit: 10, actual: 72 });
});

test("a store has no more keys than it may", () => {
  fake.setLimits({ storeKeys: 1 });
  storage.set("a", "");
  storage.set("a", "again");
  refused(() => storage.set("b", ""), { code: "quota-exceeded", unit: "items", limit: 1, actual: 2 });
});

test("both stores together fill the workspace", () => {
  fake.setLimits({ workspaceBytes: 200 });
  fake.grantShared("write");
  shared.set("a", "");
  refused(() => storage.set("a", new Uint8Array(71)), { code: "quota-exceeded", limit: 135, actual: 136 });
  storage.set("a", new Uint8Array(70));
  refused(() => shared.set("a", "b"), { code: "quota-exceeded", limit: 65, actual: 66 });
});

test("delete by prefix is all or none", () => {
  fake.setLimits({ deletePrefixKeys: 2 });
  for (const key of ["a/1", "a/2", "b/1"]) storage.set(key, "");
  assert.equal(storage.deletePrefix("a/"), 2);
  for (const key of ["a/1", "a/2", "a/3"]) storage.set(key, "");
  refused(() => storage.deletePrefix("a/"), { code: "batch-too-large", unit: "items", limit: 2, actual: 3 });
  assert.equal(storage.deletePrefix(""), 4);
  assert.deepEqual(storage.usage().bytes, 0);
});

test("a limit that is none is told", () => {
  assert.throws(() => fake.setLimits({ valueByte: 1 }), TypeError);
});
