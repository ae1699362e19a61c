import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { fake } from "./larder/fake/fake.js";
import { HELP, runNotes } from "./notes.js";

beforeEach(() => fake.reset());

/** What the command prints. */
function notes(command, input = []) {
  const printed = [];
  runNotes(command.split(" "), input, (value) => printed.push(Buffer.from(value)));
  return Buffer.concat(printed).toString();
}

test("keeps and lists notes", () => {
  notes("put shop/1 milk");
  notes("put shop/2", [Buffer.from("from standard"), Buffer.from(" input")]);
  notes("put todo sleep");
  assert.equal(notes("get shop/1"), "milk");
  assert.equal(notes("get shop/2"), "from standard input");
  assert.equal(notes("list"), "shop/1\nshop/2\ntodo\n");
  assert.equal(notes("list shop/"), "shop/1\nshop/2\n");
  notes("rm todo");
  assert.throws(() => notes("get todo"), { message: 'there is no note "todo"' });
  assert.equal(notes("clear shop/"), "2 removed\n");
  assert.equal(notes("usage"), "0 notes, 0 of 104857600 bytes\n");
});

test("forgets what was put for a time", () => {
  notes("put-for 60 code 1234");
  fake.advance(59_000);
  assert.equal(notes("get code"), "1234");
  fake.advance(1000);
  assert.equal(notes("list"), "");
  assert.throws(() => notes("put-for soon code 1234"), { message: "not a number of seconds: soon" });
});

test("says why there is no room, and keeps what was there", () => {
  notes("put n old");
  fake.setLimits({ storeBytes: 70 });
  const refusal = { code: "quota-exceeded", message: "the store would be too full: 78 bytes where 70 are allowed" };
  assert.throws(() => notes("put n much-too-long"), refusal);
  assert.throws(() => notes("put n", [Buffer.from("much-too-long")]), refusal);
  assert.equal(notes("get n"), "old");
});

test("shows how it is used", () => {
  for (const command of ["dance", "", "get", "list a b", "put a b c"]) {
    assert.throws(() => notes(command), { message: HELP });
  }
});
