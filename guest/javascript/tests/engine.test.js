// What the bindings do in QuickJS, which has no TextEncoder, and where 64-bit integers are numbers.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

globalThis.wit = {};
delete globalThis.TextEncoder;
delete globalThis.TextDecoder;
// QuickJS has these; Node does from 25 on.
Uint8Array.fromBase64 = (text) => new Uint8Array(Buffer.from(text, "base64"));
Uint8Array.prototype.toBase64 = function () {
  return Buffer.from(this).toString("base64");
};

const { atomic } = await import("../larder/atomic.js");
const { decode, encode } = await import("../larder/bytes.js");
const { fake } = await import("../larder/fake/fake.js");
const { int64, toVersion } = await import("../larder/numbers.js");
const { storage } = await import("../larder/storage.js");
const { streams } = await import("../larder/streams.js");

beforeEach(() => fake.reset());

test("text is UTF-8", () => {
  const edges = "\0\x7f\x80\u07ff\u0800\ud7ff\ue000\ufeff\uffff\u{10000}\u{10ffff}%+";
  const large = ["a", "aa", "aaa", "é", "€", "😀"].map((start) => start + "aé€😀".repeat(500_000));
  const texts = ["", "abc", edges, ...large];
  for (const text of texts) {
    // Not deepEqual, which takes its time to show the difference.
    assert.ok(Buffer.from(encode(text)).equals(Buffer.from(text)));
    assert.ok(decode(new Uint8Array(Buffer.from(text))) === text);
  }
  assert.throws(() => encode("\ud800"), TypeError);
  const broken = ["80", "c0 80", "c1 bf", "c3", "e0 9f bf", "ed a0 80", "e2 82", "f0 8f bf bf", "f4 90 80 80", "f5 80 80 80", "c3 41"];
  for (const hex of broken) {
    assert.throws(() => decode(new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"))), TypeError, hex);
  }
  assert.throws(() => decode(new Uint8Array(3_000_000).fill(0x80)), TypeError);
});

test("64-bit integers go in and out as numbers", () => {
  assert.equal(int64(5n), 5);
  storage.set("k", "v", { expiresInMs: 1000n });
  const entry = atomic.get("k");
  assert.deepEqual([entry.expiresInMs, typeof entry.version], [1000, "bigint"]);
  assert.throws(() => storage.set("k", "v", { expiresInMs: NaN }), RangeError);
  storage.set("k", "v", { expiresInMs: Infinity });
  assert.equal(atomic.setIf("k", entry, "w").committed, false);
  assert.equal(atomic.setIf("k", atomic.get("k"), "w").committed, true);
  const reader = streams.open("k");
  assert.equal(reader.read(0).length, 1);
  reader.close();
});

test("a version that is not exact is no version", () => {
  assert.throws(() => toVersion(2 ** 53), RangeError);
  assert.equal(toVersion(2 ** 53 - 1), 2n ** 53n - 1n);
});

test("counters are exact all the same", () => {
  const largest = 2n ** 63n - 1n;
  for (const by of [1n, -1n, largest, -largest - 1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 32n - 1n]) {
    storage.delete("n");
    assert.equal(atomic.increment("n", by), by);
    assert.equal(atomic.counter("n", { bigint: true }), by);
  }
  storage.delete("n");
  atomic.commit().add("n", 2n ** 60n + 1n).send();
  fake.beforeNextCommit(() => atomic.commit().add("n", 2n).send());
  assert.equal(atomic.increment("n", 4n), 2n ** 60n + 7n);
  assert.throws(() => atomic.increment("n", 1), RangeError);
  assert.equal(atomic.counter("n", { bigint: true }), 2n ** 60n + 8n);
});
