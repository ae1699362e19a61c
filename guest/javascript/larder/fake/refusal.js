/** An error as the engines throw it: the case of the interface is its payload. */
export function refusal(tag, val) {
  return Object.assign(new Error(tag), { payload: { tag, val } });
}

/** Refuses with `tag` where more is asked than is allowed. */
export function within(tag, unit, limit, actual) {
  if (actual > limit) {
    throw refusal(tag, { unit, limit, actual });
  }
}
