// What this plugin uses of WASI, as wit/deps has it.

declare module "wasi:cli/environment@0.2.0" {
  /** The first one is the name of the program. */
  export function getArguments(): string[];
}

declare module "wasi:cli/stdin@0.2.0" {
  export function getStdin(): InputStream;

  /** Throws an error with the payload `{ tag: "closed" }` at the end. */
  export interface InputStream {
    blockingRead(length: number): Uint8Array;
  }
}

declare module "wasi:cli/stdout@0.2.0" {
  export function getStdout(): OutputStream;

  /** It takes 4,096 bytes at once. */
  export interface OutputStream {
    blockingWriteAndFlush(bytes: Uint8Array): void;
  }
}

declare module "wasi:cli/stderr@0.2.0" {
  export function getStderr(): import("wasi:cli/stdout@0.2.0").OutputStream;
}
