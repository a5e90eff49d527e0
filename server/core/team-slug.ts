import { slugify } from './slug.ts';

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
  'join',
  'guest',
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
export function slugOfTeam(name: string): string {
  const plain = slugify(name, 'team').slice(0, 40).replace(/-+$/, '');
  const slug = plain.length < 2 ? `team-${plain}` : plain;
  return reserved.has(slug) ? `${slug}-team` : slug;
}
