/** Without the members that are undefined: with exactOptionalPropertyTypes a member is absent or has a value. */
export function present<T extends Record<string, unknown>>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  let member: keyof T;
  for (member in members) {
    const value = members[member];
    if (isPresent(value)) kept[member] = value;
  }
  return kept;
}

function isPresent<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined;
}
