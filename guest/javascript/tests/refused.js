import assert from "node:assert/strict";

import { LarderError } from "../larder/error.js";

/** Asserts that `action` is refused with this code, message or details, and so on. */
export function refused(action, expected) {
  assert.throws(action, (error) => {
    assert.ok(error instanceof LarderError, error);
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, error[name]])), expected);
    return true;
  });
}
