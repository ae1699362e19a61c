// node --import ./larder/fake/register.js --test
import * as nodeModule from "node:module";

import { resolve } from "./resolve.js";

if (nodeModule.registerHooks) {
  nodeModule.registerHooks({ resolve });
} else {
  // Node 20.
  nodeModule.register("./resolve.js", import.meta.url);
}
