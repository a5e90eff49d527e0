/**
 * Next bundles its own copy of whatever its pages import, so a module-level variable would exist twice in one process.
 * What must be one is kept here, on the global object, by name. Keep state in it, not functions.
 */
export function singleton<T>(name: string, create: () => T): T {
  const registry = globalRegistry();
  if (!registry.has(name)) registry.set(name, create());
  // The registry is written only here, each name with the type of its own creator.
  return registry.get(name) as T;
}

function globalRegistry(): Map<string, unknown> {
  const key = Symbol.for('ensemble.singletons');
  const holder = globalThis as { [key]?: Map<string, unknown> };
  holder[key] ??= new Map();
  return holder[key];
}
