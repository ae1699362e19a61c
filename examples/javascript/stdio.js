// The arguments and the standard streams. QuickJS has neither `process` nor `console`.
import { getArguments } from "wasi:cli/environment@0.2.0";
import { getStderr } from "wasi:cli/stderr@0.2.0";
import { getStdin } from "wasi:cli/stdin@0.2.0";
import { getStdout } from "wasi:cli/stdout@0.2.0";

import { int64 } from "./larder/numbers.js";
import { encode } from "./larder/storage.js";

const PIECE_BYTES = 64 * 1024;
// More than this WASI does not take at once.
const WRITE_BYTES = 4096;

/** The arguments after the program's name. */
export function words() {
  return getArguments().slice(1);
}

/** Standard input, piece by piece. */
export function* input() {
  const stdin = getStdin();
  try {
    for (;;) {
      yield stdin.blockingRead(int64(PIECE_BYTES));
    }
  } catch (error) {
    if (error.payload?.tag !== "closed") {
      throw error;
    }
  }
}

/** What writes bytes or text to standard output. */
export function output() {
  return writerTo(getStdout());
}

export function printError(text) {
  writerTo(getStderr())(`${text}\n`);
}

function writerTo(stream) {
  return (value) => {
    const bytes = typeof value === "string" ? encode(value) : value;
    for (let at = 0; at < bytes.length; at += WRITE_BYTES) {
      stream.blockingWriteAndFlush(bytes.subarray(at, at + WRITE_BYTES));
    }
  };
}
