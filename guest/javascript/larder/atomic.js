import * as host from "larder:storage/atomic@0.1.0";

import { toAddress, toEntry } from "./address.js";
import { Commit } from "./commit.js";
import { addends, toCounter, toSafe } from "./counter.js";
import { LarderError, call } from "./error.js";
import { exact } from "./numbers.js";

export const atomic = { get, getMany, commit, setIf, setIfAbsent, counter, increment, retry };

function get(at) {
  const address = toAddress(at);
  const entry = call(() => host.get(address));
  return entry ? toEntry(entry) : undefined;
}

function getMany(at) {
  const addresses = Array.from(at, toAddress);
  const entries = call(() => host.getMany(addresses));
  return entries.map((entry) => (entry ? toEntry(entry) : undefined));
}

function commit() {
  return new Commit((checks, changes) => call(() => host.commit(checks, changes)));
}

function setIf(at, expected, value, options) {
  return commit().check(at, expected).set(at, value, options).send();
}

function setIfAbsent(at, value, options) {
  return setIf(at, "absent", value, options).committed;
}

function counter(at, { bigint = false } = {}) {
  const entry = get(at);
  const count = entry ? toCounter(entry.value) : 0n;
  return bigint ? count : toSafe(count);
}

function increment(at, by = 1) {
  const [address, [addend]] = [toAddress(at), addends(by)];
  // QuickJS would round a large sum, and StarlingMonkey traps on a negative argument.
  const isBeyondEngine = exact ? by < 0 : typeof by === "bigint";
  const sum = isBeyondEngine ? addToRead(address, BigInt(by)) : call(() => host.increment(address, addend));
  return typeof by === "bigint" ? BigInt(sum) : toSafe(sum);
}

/** Adds to what it has read, until nobody else came first. */
function addToRead(at, by) {
  for (;;) {
    const before = get(at);
    const count = before ? toCounter(before.value) : 0n;
    if (commit().check(at, before).add(at, by).send().committed) {
      return count + by;
    }
  }
}

function retry(tries, attempt) {
  const most = Math.max(tries, 1);
  for (let tried = 0; tried < most; tried++) {
    const outcome = attempt();
    if (outcome.committed) {
      return outcome.version;
    }
  }
  throw LarderError.conflict(most);
}
