import { describe, expect, it } from 'vitest';
import { slugOfTeam } from './team-slug.ts';

describe('slugOfTeam', () => {
  it.each([
    ['Ledger', 'ledger'],
    ['  Équipe  Élan!  ', 'equipe-elan'],
    ['R&D / Tools', 'r-d-tools'],
    ['数据', 'team'],
    ['x', 'team-x'],
    ['API', 'api-team'],
    ['team', 'team'],
    ['Setup', 'setup-team'],
    ['a'.repeat(60), 'a'.repeat(40)],
    ['../..', 'team'],
  ])('[AC13] %s becomes %s', (name, slug) => {
    expect(slugOfTeam(name)).toBe(slug);
  });
});
