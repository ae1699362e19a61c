/**
 * A 64-bit integer as the engine that the plugin is built with takes it from JavaScript: QuickJS a number, StarlingMonkey a
 * BigInt. For calls of other interfaces than Larder's, such as `wasi:io`.
 *
 * @example input.blockingRead(int64(65536))
 */
export function int64(integer: number | bigint): any;
