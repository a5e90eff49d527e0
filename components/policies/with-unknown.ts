/** What is chosen stays to be seen, also when it is nothing that is known here. */
export function withUnknown(known: readonly { value: string; label: string }[], chosen: readonly string[]) {
  const missing = chosen.filter((value) => known.every((each) => each.value !== value));
  return [...known, ...missing.map((value) => ({ value, label: value }))];
}
