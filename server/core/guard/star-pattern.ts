/** Patterns of names, paths and hosts, as people write them. */

/** `*` stands for any text within the word. Each star is tried from the left, the last one that met decides: quadratic at worst. */
export function wordFits(pattern: string, text: string, single?: string): boolean {
  let [at, from, star, retry] = [0, 0, -1, 0];
  while (from < text.length) {
    const sign = pattern[at];
    if (sign === '*') {
      star = at++;
      retry = from;
    } else if (sign !== undefined && (sign === text[from] || sign === single)) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++retry;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** `?` is one letter. */
export const nameFits = (pattern: string, name: string) => wordFits(pattern, name, '?');

/** Paths are relative to the worktree; a pattern without a slash fits names in any folder. */
export function globFits(glob: string, path: string): boolean {
  const parts = path.split('/');
  if (!glob.includes('/')) return parts.some((part) => nameFits(glob, part));
  const wanted = glob
    .replace(/^\.?\//, '')
    .replace(/\/$/, '/**')
    .split('/');
  return partsFit(wanted, parts);
}

function partsFit(wanted: readonly string[], parts: readonly string[]): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return parts.length === 0;
  if (first === '**') return rest.length === 0 || parts.some((_part, at) => partsFit(rest, parts.slice(at)));
  const [part, ...others] = parts;
  return part !== undefined && nameFits(first, part) && partsFit(rest, others);
}

/** Whether an address leads to a host; what is no address fits the star alone. */
export function hostFits(pattern: string, address: string): boolean {
  const host = URL.parse(address)?.hostname ?? '';
  return wordFits(pattern.toLowerCase(), host.toLowerCase().replace(/\.$/, ''));
}
