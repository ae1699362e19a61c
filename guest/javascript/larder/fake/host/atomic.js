import { int64 } from "../../numbers.js";
import { checkBatch, commit as make, counter } from "../commits.js";
import { within } from "../refusal.js";
import { find } from "../stores.js";
import { call, committingCall } from "../workspace.js";

export function get(at) {
  return call((workspace) => entry(workspace, at));
}

export function getMany(at) {
  return call((workspace) => {
    within("batch-too-large", "items", workspace.limits.batchItems, at.length);
    const entries = at.map((at) => entry(workspace, at));
    if (entries.length > 1) {
      const bytes = entries.reduce((sum, entry) => sum + (entry ? entry.value.length : 0), 0);
      within("batch-too-large", "bytes", workspace.limits.batchBytes, bytes);
    }
    return entries;
  });
}

export function commit(checks, changes) {
  return committingCall((workspace) => {
    checkBatch(workspace, checks, changes);
    const { tag, val } = make(workspace, checks, changes);
    return { tag, val: tag === "committed" ? int64(val) : val };
  });
}

export function increment(at, by) {
  return committingCall((workspace) => {
    make(workspace, [], [{ at, action: { tag: "add", val: by } }]);
    return int64(counter(workspace.contents(at.store).get(at.key).bytes));
  });
}

function entry(workspace, at) {
  const found = find(workspace, at);
  if (!found) {
    return undefined;
  }
  const expiresInMs = found.expiresAtMs === undefined ? undefined : int64(found.expiresAtMs - workspace.nowMs);
  return { value: found.bytes.slice(), version: int64(found.version), expiresInMs };
}
