import * as host from "larder:storage/shared@0.1.0";

import { storeOn } from "./store.js";

export const shared = storeOn(host);
