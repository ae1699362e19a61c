// Stores 100 bytes and reads them as often as the command line says.
import { storage } from "./larder/storage.js";
import { words } from "./stdio.js";

export const run = {
  run(): void {
    const [times] = words();
    storage.set("k", new Uint8Array(100));
    for (let time = 0; time < Number(times); time++) {
      if (storage.get("k")?.length !== 100) {
        throw undefined;
      }
    }
  },
};
