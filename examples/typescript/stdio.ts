// The arguments and the standard streams. QuickJS has neither `process` nor `console`.
import { getArguments } from "wasi:cli/environment@0.2.0";
import { getStderr } from "wasi:cli/stderr@0.2.0";
import { getStdin } from "wasi:cli/stdin@0.2.0";
import { getStdout, type OutputStream } from "wasi:cli/stdout@0.2.0";

import { int64 } from "./larder/numbers.js";
import { encode } from "./larder/storage.js";
import type { Output } from "./notes.js";

const PIECE_BYTES = 64 * 1024;
// More than this WASI does not take at once.
const WRITE_BYTES = 4096;

/** The arguments after the program's name. */
export function words(): string[] {
  return getArguments().slice(1);
}

/** Standard input, piece by piece. */
export function* input(): Iterable<Uint8Array> {
  const stdin = getStdin();
  try {
    for (;;) {
      yield stdin.blockingRead(int64(PIECE_BYTES));
    }
  } catch (error) {
    if ((error as { payload?: { tag: string } }).payload?.tag !== "closed") {
      throw error;
    }
  }
}

/** What writes to standard output. */
export function output(): Output {
  return writerTo(getStdout());
}

export function printError(text: string): void {
  writerTo(getStderr())(`${text}\n`);
}

function writerTo(stream: OutputStream): Output {
  return (value) => {
    const bytes = typeof value === "string" ? encode(value) : value;
    for (let at = 0; at < bytes.length; at += WRITE_BYTES) {
      stream.blockingWriteAndFlush(bytes.subarray(at, at + WRITE_BYTES));
    }
  };
}
