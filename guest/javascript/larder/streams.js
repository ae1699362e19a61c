import * as host from "larder:storage/streams@0.1.0";

import { toAddress, toExpectation } from "./address.js";
import { call } from "./error.js";
import { toExpiry } from "./numbers.js";
import { Reader } from "./reader.js";
import { Writer } from "./writer.js";

export const streams = { open, create };

function open(at) {
  const address = toAddress(at);
  const reader = call(() => host.open(address));
  return reader ? new Reader(reader) : undefined;
}

function create(at, options = {}) {
  const address = toAddress(at);
  // Not by its value: that `onlyIf` is undefined says that there was no value.
  const expect = "onlyIf" in options ? toExpectation(options.onlyIf) : undefined;
  const expiry = options.expiresInMs === undefined ? undefined : toExpiry(options.expiresInMs);
  const writer = call(() => host.create(address, expect, expiry));
  return new Writer(writer, host.Writer.finish);
}
