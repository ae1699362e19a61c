/** What can be stored: text, as UTF-8, or bytes. Of a view its bytes alone are stored, not the whole buffer. */
export type Value = string | ArrayBuffer | ArrayBufferView;

/**
 * The text as UTF-8. QuickJS has no `TextEncoder`.
 *
 * @throws {TypeError} where it has a lone surrogate
 */
export function encode(text: string): Uint8Array;

/**
 * The text that these bytes are in UTF-8. QuickJS has no `TextDecoder`.
 *
 * @throws {TypeError} where they are not UTF-8
 */
export function decode(bytes: Uint8Array): string;
