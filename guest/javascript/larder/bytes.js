// QuickJS has no TextEncoder and no TextDecoder. These functions of its own take a tenth of the time of a loop over the bytes;
// they are given pieces, as what is between them is larger than the text.
const PIECE = 1024 * 1024;

export function encode(text) {
  checkText(text, "the text");
  if (typeof TextEncoder === "function") {
    return new TextEncoder().encode(text);
  }
  const pieces = [];
  for (let at = 0; at < text.length; ) {
    const end = at + PIECE;
    const piece = text.slice(at, isLowSurrogate(text.charCodeAt(end)) ? end - 1 : end);
    pieces.push(Uint8Array.fromBase64(btoa(unescape(encodeURIComponent(piece)))));
    at += piece.length;
  }
  return pieces.length === 1 ? pieces[0] : joined(pieces);
}

export function decode(bytes) {
  if (typeof TextDecoder === "function") {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  }
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    let end = Math.min(at + PIECE, bytes.length);
    for (let back = 0; back < 3 && isContinuation(bytes[end]); back++) {
      end--;
    }
    text += decodePiece(bytes.subarray(at, end));
    at = end;
  }
  return text;
}

function decodePiece(bytes) {
  try {
    return decodeURIComponent(escape(atob(bytes.toBase64())));
  } catch {
    throw new TypeError("the bytes are not UTF-8");
  }
}

function joined(pieces) {
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function isLowSurrogate(unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

function isContinuation(byte) {
  return (byte & 0xc0) === 0x80;
}

/** The bytes of a value, without a copy where there are any. */
export function toBytes(value) {
  if (typeof value === "string") {
    return encode(value);
  }
  if (value instanceof Uint8Array) {
    return value;
  }
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (value instanceof ArrayBuffer) {
    return new Uint8Array(value);
  }
  throw new TypeError("a value must be a string, an ArrayBuffer or a view of one");
}

/** What the host gave. StarlingMonkey's comes from another realm, where `instanceof` does not hold. */
export function fromHost(bytes) {
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}

/** A string that the host can be given: a lone surrogate has no form in UTF-8. */
export function checkText(text, name) {
  if (typeof text !== "string") {
    throw new TypeError(`${name} must be a string`);
  }
  if (!text.isWellFormed()) {
    throw new TypeError(`${name} must be well-formed Unicode`);
  }
  return text;
}
