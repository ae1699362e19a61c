import { toExpiry } from "../numbers.js";
import { refusal } from "./refusal.js";
import { DEFAULT_LIMITS, reset, workspace } from "./workspace.js";

export const fake = {
  reset,

  setLimits(limits) {
    const unknown = Object.keys(limits).find((name) => !(name in DEFAULT_LIMITS));
    if (unknown) {
      throw new TypeError(`there is no limit ${unknown}`);
    }
    workspace.limits = { ...DEFAULT_LIMITS, ...limits };
  },

  grantShared(access, prefix = "") {
    workspace.grant = { access, prefix };
  },

  advance(ms) {
    workspace.nowMs += BigInt(toExpiry(ms));
  },

  failNext(code, details) {
    workspace.failures.push(refusal(code, details));
  },

  beforeNextCommit(act) {
    workspace.beforeCommit = act;
  },
};
