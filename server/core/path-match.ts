/** Paths that fit a few typed letters, best first: how "open by name" ranks. */

/**
 * A score for a path, or undefined when the letters do not occur in their order. Higher is better: letters that run
 * on, begin words and stand in the file's name count more; short paths win ties.
 */
export function pathScore(path: string, query: string): number | undefined {
  const letters = query.toLowerCase().replaceAll(' ', '');
  if (letters === '') return 0;
  const lower = path.toLowerCase();
  const nameStart = path.lastIndexOf('/') + 1;
  const inName = lower.indexOf(letters, nameStart);
  if (inName >= 0)
    return (
      1_000 -
      (inName - nameStart) * 2 -
      path.length / 100 +
      (lower.length - inName === letters.length ? 50 : 0) +
      (isWordStart(path, inName) ? 100 : 0)
    );
  const anywhere = lower.indexOf(letters);
  if (anywhere >= 0) return 600 - path.length / 100 + (isWordStart(path, anywhere) ? 100 : 0);
  return scattered(path, lower, letters);
}

function scattered(path: string, lower: string, letters: string): number | undefined {
  let score = 0;
  let at = -1;
  for (const letter of letters) {
    const next = lower.indexOf(letter, at + 1);
    if (next < 0) return undefined;
    score += next === at + 1 ? 8 : isWordStart(path, next) ? 6 : 1;
    at = next;
  }
  return score - path.length / 100;
}

function isWordStart(path: string, index: number): boolean {
  if (index === 0) return true;
  const before = path.charAt(index - 1);
  return '/._- '.includes(before) || (/[a-z]/.test(before) && /[A-Z]/.test(path.charAt(index)));
}

/** The `limit` best paths; all of them in their order for an empty query. */
export function bestPaths(paths: readonly string[], query: string, limit: number): string[] {
  if (query.trim() === '') return paths.slice(0, limit);
  return paths
    .map((path) => ({ path, score: pathScore(path, query) }))
    .filter((each): each is { path: string; score: number } => each.score !== undefined)
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
    .slice(0, limit)
    .map((each) => each.path);
}
