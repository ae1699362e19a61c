import { Reader, Writer } from "../handles.js";
import { find } from "../stores.js";
import { call } from "../workspace.js";

export { Reader, Writer };

export function open(at) {
  return call((workspace) => {
    const value = find(workspace, at);
    workspace.checkHandles();
    return value && new Reader(value);
  });
}

export function create(at, expect, expiresInMs) {
  return call((workspace) => {
    workspace.allow("write", at.store, at.key);
    return new Writer(at, expect, expiresInMs);
  });
}
