const EXCESS = {
  "key-too-long": "the key is too long",
  "value-too-large": "the value is too large",
  "batch-too-large": "too much for one call",
  "quota-exceeded": "the store would be too full",
  "too-many-open": "too many readers and writers are open",
};

const PLAIN = {
  "not-a-counter": "the value is not a counter, or the sum leaves its range",
  "access-denied": "the host does not allow this plugin that access",
  damaged: "the stored value is damaged",
  unavailable: "the store is unavailable",
  "outcome-unknown": "the outcome of the write is unknown",
};

export class LarderError extends Error {
  constructor(code, message, details = {}) {
    super(message);
    this.name = "LarderError";
    this.code = code;
    Object.assign(this, details);
  }

  static notACounter() {
    return new LarderError("not-a-counter", PLAIN["not-a-counter"]);
  }

  static conflict(tries) {
    return new LarderError("conflict", `others changed what the commit checks, ${tries} times`, { tries });
  }
}

/** What `action` gives; an error of the interface becomes a `LarderError`. */
export function call(action) {
  try {
    return action();
  } catch (error) {
    throw translated(error);
  }
}

// Not by `instanceof`: what an engine throws may come from another realm.
function translated(error) {
  const { tag, val } = error?.payload ?? {};
  if (tag in EXCESS) {
    const [limit, actual, unit] = [Number(val.limit), Number(val.actual), val.unit];
    const message = `${EXCESS[tag]}: ${val.actual} ${unit} where ${val.limit} are allowed`;
    return new LarderError(tag, message, { limit, actual, unit });
  }
  if (tag in PLAIN) {
    return new LarderError(tag, PLAIN[tag]);
  }
  if (tag === "throttled") {
    return new LarderError(tag, `too many calls: try again in ${val} ms`, { afterMs: val });
  }
  return tag === "other" ? new LarderError(tag, val) : error;
}
