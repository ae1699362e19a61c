import { checkText, decode, fromHost, toBytes } from "./bytes.js";
import { call } from "./error.js";
import { toCount, toExpiry } from "./numbers.js";

const ALL = 2 ** 32 - 1;

/** The calls of one store, on what the interface `storage` or `shared` has. */
export function storeOn(host) {
  function get(key) {
    checkText(key, "the key");
    const value = call(() => host.get(key)) ?? undefined;
    return value && fromHost(value);
  }

  function keyPage(prefix, options) {
    const page = call(() => host.keys(...listing(prefix, options)));
    return { keys: page.keys, next: page.next ?? undefined };
  }

  function itemPage(prefix, options) {
    const page = call(() => host.items(...listing(prefix, options)));
    const items = page.items.map(({ key, value }) => ({ key, value: fromHost(value) }));
    return { items, next: page.next ?? undefined };
  }

  return {
    get,
    keyPage,
    itemPage,

    set(key, value, { expiresInMs } = {}) {
      checkText(key, "the key");
      const bytes = toBytes(value);
      if (expiresInMs === undefined) {
        call(() => host.set(key, bytes));
      } else {
        const expiry = toExpiry(expiresInMs);
        call(() => host.setExpiring(key, bytes, expiry));
      }
    },

    getText(key) {
      const value = get(key);
      return value && decode(value);
    },

    delete(key) {
      checkText(key, "the key");
      call(() => host.delete(key));
    },

    exists(key) {
      checkText(key, "the key");
      return call(() => host.exists(key));
    },

    keys(prefix = "") {
      return pageByPage(checkText(prefix, "the prefix"), keyPage, "keys");
    },

    items(prefix = "") {
      return pageByPage(checkText(prefix, "the prefix"), itemPage, "items");
    },

    deletePrefix(prefix) {
      checkText(prefix, "the prefix");
      return Number(call(() => host.deletePrefix(prefix)));
    },

    usage: () => withNumbers(call(() => host.usage())),
    limits: () => withNumbers(host.limits()),
  };
}

function listing(prefix, { after, most = ALL } = {}) {
  checkText(prefix, "the prefix");
  if (after !== undefined) {
    checkText(after, "the position");
  }
  return [prefix, after, toCount(most, ALL, "most")];
}

function* pageByPage(prefix, fetch, of) {
  let after;
  do {
    const page = fetch(prefix, { after });
    yield* page[of];
    after = page.next;
  } while (after !== undefined);
}

function withNumbers(record) {
  return Object.fromEntries(Object.entries(record).map(([name, number]) => [name, Number(number)]));
}
