import { runNotes } from "./notes.js";
import { input, output, printError, words } from "./stdio.js";

export const run = {
  run() {
    try {
      runNotes(words(), input(), output());
    } catch (error) {
      printError(error.message);
      // The command ends with status 1. Anything else that is thrown here is a trap.
      throw undefined;
    }
  },
};
