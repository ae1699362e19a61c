import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { atomic } from "../larder/atomic.js";
import { fake } from "../larder/fake/fake.js";
import { storage } from "../larder/storage.js";
import { streams } from "../larder/streams.js";
import { refused } from "./refused.js";

beforeEach(() => fake.reset());

const pattern = (length) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);

function write(key, pieces, options) {
  const writer = streams.create(key, options);
  pieces.forEach((piece) => writer.write(piece));
  return writer.finish();
}

test("what is written piece by piece is there when it is finished", () => {
  const bytes = pattern(300_000);
  const writer = streams.create("k");
  writer.write("text ");
  for (let at = 0; at < bytes.length; at += 7001) {
    writer.write(bytes.subarray(at, at + 7001));
  }
  writer.write(bytes);
  assert.equal(storage.exists("k"), false);
  assert.equal(writer.finish(), atomic.get("k").version);
  assert.deepEqual(Buffer.from(storage.get("k")), Buffer.concat([Buffer.from("text "), bytes, bytes]));
});

test("a writer keeps to what the host allows in a chunk", () => {
  fake.setLimits({ chunkBytes: 1000 });
  const bytes = pattern(200_000);
  write("k", [bytes.subarray(0, 10), bytes.subarray(10)]);
  assert.deepEqual(storage.get("k"), bytes);
  fake.setLimits({ chunkBytes: 0 });
  refused(() => write("k", [bytes]), { code: "batch-too-large", limit: 0 });
});

test("a reader gives the value as it was, in chunks, and is closed after its loop", () => {
  const bytes = pattern(2 * 1024 * 1024 + 5);
  storage.set("k", bytes);
  const reader = streams.open("k");
  assert.deepEqual([reader.size, reader.version], [bytes.length, atomic.get("k").version]);
  storage.delete("k");
  const chunks = [...reader];
  assert.deepEqual(chunks.map((chunk) => chunk.length), [1024 * 1024, 1024 * 1024, 5]);
  assert.deepEqual(Buffer.concat(chunks), Buffer.from(bytes));
  assert.throws(() => reader.read(), /closed/);
  assert.equal(streams.open("k"), undefined);
});

test("a reader reads from any place", () => {
  storage.set("k", "0123456789");
  const reader = streams.open("k");
  const text = (...range) => Buffer.from(reader.read(...range)).toString();
  assert.deepEqual([text(), text(3, 4), text(8, 4), text(10), text(99), text(2, 0)], ["0123456789", "3456", "89", "", "", ""]);
  assert.throws(() => reader.read(-1), RangeError);
  reader.close();
});

test("handles are given back, however they end", () => {
  fake.setLimits({ openHandles: 1 });
  storage.set("k", "v");
  for (const chunk of streams.open("k")) {
    refused(() => streams.open("k"), { code: "too-many-open", unit: "handles", limit: 1, actual: 2 });
    assert.equal(chunk.length, 1);
    break;
  }
  streams.open("k")[Symbol.dispose]();
  streams.create("k").close();
  streams.create("k")[Symbol.dispose]();
  const writer = streams.create("k");
  fake.failNext("unavailable");
  refused(() => writer.finish(), { code: "unavailable" });
  assert.throws(() => writer.finish(), /closed/);
  assert.throws(() => writer.write(""), /closed/);
  const failing = streams.create("k");
  failing.write("a");
  fake.failNext("quota-exceeded", { unit: "bytes", limit: 1, actual: 2 });
  refused(() => failing.finish(), { code: "quota-exceeded" });
  streams.open("k").close();
  assert.equal(storage.getText("k"), "v");
});

test("a condition is looked at by finish", () => {
  const begin = streams.create("k", { onlyIf: "absent" });
  storage.set("k", "theirs");
  begin.write("mine");
  assert.equal(begin.finish(), undefined);
  assert.equal(storage.getText("k"), "theirs");
  const none = atomic.get("none");
  assert.notEqual(write("none", ["mine"], { onlyIf: none }), undefined);
  assert.equal(write("none", ["mine"], { onlyIf: none }), undefined);
  assert.notEqual(write("none", ["mine"], { onlyIf: atomic.get("none") }), undefined);
});

test("an expiry counts from when the writer was made", () => {
  const writer = streams.create("k", { expiresInMs: 100 });
  fake.advance(60);
  writer.finish();
  assert.equal(atomic.get("k").expiresInMs, 40);
});

test("room is kept for what was written", () => {
  fake.setLimits({ storeBytes: 100_000, valueBytes: 90_000 });
  const writer = streams.create("k");
  writer.write(new Uint8Array(80_000));
  assert.equal(storage.usage().bytes, 0);
  refused(() => storage.set("other", new Uint8Array(30_000)), { code: "quota-exceeded", limit: 19_935 });
  refused(() => writer.write(new Uint8Array(70_000)), { code: "value-too-large", limit: 90_000, actual: 150_000 });
  writer.close();
  writer.close();
  storage.set("other", new Uint8Array(30_000));
  storage.delete("other");
  // What is finished is not counted twice.
  write("k", [new Uint8Array(80_000)]);
});
