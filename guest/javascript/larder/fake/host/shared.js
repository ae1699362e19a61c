import { storeCalls } from "../stores.js";

const { remove, ...calls } = storeCalls("shared");

export const { set, get, exists, setExpiring, keys, items, deletePrefix, usage, limits } = calls;
export { remove as delete };
