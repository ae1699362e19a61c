import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { atomic } from "../larder/atomic.js";
import { fake } from "../larder/fake/fake.js";
import { shared } from "../larder/shared.js";
import { storage } from "../larder/storage.js";
import { streams } from "../larder/streams.js";
import { refused } from "./refused.js";

const DENIED = { code: "access-denied" };

beforeEach(() => fake.reset());

test("without a grant all is denied but the limits", () => {
  const at = { store: "shared", key: "k" };
  const calls = [
    () => shared.set("k", ""),
    () => shared.get("k"),
    () => shared.delete("k"),
    () => shared.exists("k"),
    () => [...shared.keys()],
    () => [...shared.items()],
    () => shared.deletePrefix(""),
    () => shared.usage(),
    () => atomic.get(at),
    () => atomic.increment(at),
    () => atomic.setIfAbsent(at, ""),
    () => streams.open(at),
    () => streams.create(at),
  ];
  calls.forEach((call) => refused(call, DENIED));
  assert.equal(shared.limits().keyBytes, 1024);
});

test("a grant may be for reading alone", () => {
  fake.grantShared("write");
  shared.set("k", "v");
  fake.grantShared("read");
  assert.equal(shared.getText("k"), "v");
  assert.equal(shared.usage().quotaBytes, 1024 ** 3);
  refused(() => shared.set("k", ""), DENIED);
  refused(() => shared.delete("k"), DENIED);
  refused(() => atomic.commit().set("own", "").delete({ store: "shared", key: "k" }).send(), DENIED);
  assert.equal(storage.exists("own"), false);
});

test("a grant for a prefix is never narrowed", () => {
  fake.grantShared("write", "rates/");
  shared.set("rates/eur", "1.07");
  assert.deepEqual([...shared.keys("rates/")], ["rates/eur"]);
  for (const call of [() => shared.get("other"), () => [...shared.keys("rates")], () => shared.usage()]) {
    refused(call, DENIED);
  }
});

test("the two stores are two", () => {
  fake.grantShared("write");
  shared.set("k", "theirs");
  assert.equal(storage.get("k"), undefined);
  assert.equal(atomic.get("k"), undefined);
  assert.equal(atomic.get({ store: "shared", key: "k" }).value.length, 6);
});
