import type { Store } from "./store.js";

export { decode, encode } from "./bytes.js";
export type { Value } from "./bytes.js";
export { LarderError } from "./error.js";
export type { ErrorCode, Unit } from "./error.js";
export type { Item, ItemPage, KeyPage, Limits, PageOptions, SetOptions, Store, Usage } from "./store.js";

/** The plugin's own store in the workspace that it runs for. */
export const storage: Store;
