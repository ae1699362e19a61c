/** Leads imports of the interface to the fake. */
export function resolve(specifier, context, next) {
  const [, name] = /^larder:storage\/([a-z]+)@/.exec(specifier) ?? [];
  if (!name) {
    return next(specifier, context);
  }
  return { url: new URL(`./host/${name}.js`, import.meta.url).href, shortCircuit: true };
}
