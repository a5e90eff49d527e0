/** First parts of our own addresses: a team must not hide them. */
const reserved = new Set([
  'api',
  'collab',
  'git',
  'gateway',
  'hooks',
  'scim',
  'healthz',
  'readyz',
  'metrics',
  'setup',
  'sign-in',
  'sign-out',
  'invite',
  'reset',
  'account',
  'admin',
  'settings',
  'new',
  'static',
  'assets',
  'public',
  'docs',
  'help',
  'teams',
  'favicon.ico',
  'robots.txt',
]);

/** A team's part of the address, from its name: lower case Latin letters, digits and single hyphens, 2 to 40 characters. */
export function slugOfName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  const slug = plain.length < 2 ? `team${plain === '' ? '' : `-${plain}`}` : plain;
  return reserved.has(slug) ? `${slug}-team` : slug;
}

/** The wished slug, or the first of `slug-2`, `slug-3`, … that is not taken. */
export function freeSlug(wished: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wished)) return wished;
  for (let n = 2; ; n++) {
    const candidate = `${wished.slice(0, 36)}-${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}
