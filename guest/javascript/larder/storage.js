import * as host from "larder:storage/storage@0.1.0";

import { storeOn } from "./store.js";

export const storage = storeOn(host);
export { decode, encode } from "./bytes.js";
export { LarderError } from "./error.js";
