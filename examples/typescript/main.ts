import { runNotes } from "./notes.js";
import { input, output, printError, words } from "./stdio.js";

export const run = {
  run(): void {
    try {
      runNotes(words(), input(), output());
    } catch (error) {
      printError(error instanceof Error ? error.message : String(error));
      // The command ends with status 1. Anything else that is thrown here is a trap.
      throw undefined;
    }
  },
};
