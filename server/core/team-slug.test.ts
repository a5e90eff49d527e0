import { describe, expect, it } from 'vitest';
import { freeSlug, slugOfName } from './team-slug.ts';

describe('slugOfName', () => {
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
    expect(slugOfName(name)).toBe(slug);
  });

  it('[AC13] a taken slug gets the next free number', () => {
    expect(freeSlug('ledger', new Set())).toBe('ledger');
    expect(freeSlug('ledger', new Set(['ledger', 'ledger-2']))).toBe('ledger-3');
  });
});
