/** Which policies two texts differ in, by their ids, in the order of the newer text. */
export type PolicyChanges = { added: string[]; changed: string[]; removed: string[] };

type Named = { id: string; text: string };

/** Spaces and comments between policies make no difference; what is written within one does. */
export function comparePolicies(before: readonly Named[], after: readonly Named[]): PolicyChanges {
  const old = new Map(before.map(({ id, text }) => [id, text]));
  const now = new Set(after.map(({ id }) => id));
  return {
    added: after.filter(({ id }) => !old.has(id)).map(({ id }) => id),
    changed: after.filter(({ id, text }) => old.has(id) && old.get(id) !== text).map(({ id }) => id),
    removed: before.filter(({ id }) => !now.has(id)).map(({ id }) => id),
  };
}
