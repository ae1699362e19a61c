import type { Store } from "./store.js";

/**
 * The store that the plugins of a workspace share.
 *
 * Without a grant from the host every call but `limits` is `access-denied`. A grant may be for reading alone, and for the keys
 * with a prefix alone: then a key or a listing outside it, and `usage`, are denied, never narrowed.
 */
export const shared: Store;
