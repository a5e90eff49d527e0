import { expect, test } from 'vitest';
import { sealEntry, withoutSecrets, type AuditEntry } from './audit-entry.ts';

const entry: AuditEntry = {
  id: 'aud_1',
  at: '2026-01-01T00:00:00.000Z',
  teamId: 'team_1',
  actor: { kind: 'person', id: 'per_1', name: 'Ana' },
  action: 'project.create',
  resource: { type: 'project', id: 'prj_1' },
  requestId: 'req_1',
  detail: { name: 'ledger' },
};

test('the hash depends on every field and not on their order', () => {
  const { hash } = sealEntry(entry);
  expect(sealEntry({ ...Object.fromEntries(Object.entries(entry).toReversed()), ...entry }).hash).toBe(hash);
  for (const change of [{ action: 'x' }, { teamId: null }, { detail: {} }, { at: '2026-01-01T00:00:00.001Z' }])
    expect(sealEntry({ ...entry, ...change }).hash).not.toBe(hash);
});

test('members that are named like secrets are masked at any depth; null stays, so that a removal shows', () => {
  expect(
    withoutSecrets({ name: 'x', password: 'p', after: { apiKey: 'k', credential: null, list: [{ token: 't' }] } }),
  ).toEqual({
    name: 'x',
    password: '[secret]',
    after: { apiKey: '[secret]', credential: null, list: [{ token: '[secret]' }] },
  });
});
