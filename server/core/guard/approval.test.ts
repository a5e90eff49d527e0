import { expect, test } from 'vitest';
import { actionFamilies, familyOf } from './action-family.ts';
import { needsOf, whyNotAllow, type ApprovalRule } from './approval.ts';
import { editRules } from './edits/families.ts';
import { rules } from './rules/families.ts';

test('[GU50] every rule of the guard is of one family, and every family has rules', () => {
  const ids = [...rules, ...editRules].map(({ id }) => id);
  const unknown = ids.filter((id) => familyOf(id) === undefined);
  expect(unknown).toEqual([]);
  const found = new Set([...ids, 'gru_1'].map(familyOf));
  expect(actionFamilies.filter((family) => !found.has(family))).toEqual([]);
});

test.each([
  ['git.force-push', 'version-control'],
  ['egress.publish', 'publishing'],
  ['egress.upload', 'network'],
  ['edits.migration-drops', 'databases'],
  ['edits.sql-joined', 'code'],
  ['shell.unknown-program', 'programs'],
  ['gru_01', 'house'],
  ['mode.ask', undefined],
  ['key-files-are-closed', undefined],
])('[GU50] %s is of the family %s', (id, family) => {
  expect(familyOf(id)).toBe(family);
});

const rule = (family: ApprovalRule['family'], terms: Partial<ApprovalRule> = {}): ApprovalRule => ({
  family,
  role: 'lead',
  others: false,
  approvers: 1,
  ...terms,
});

test('[GU51] without a rule that is about it, the right to approve is enough', () => {
  const approvals = [rule('databases', { others: true }), rule('any')];
  expect(needsOf(approvals, ['version-control'])).toBeUndefined();
  expect(needsOf([], [])).toBeUndefined();
});

test('[GU51] of all that is said of its families, in whatever scope, the strictest of each term counts', () => {
  const approvals = [
    rule('any', { approvers: 2 }),
    rule('version-control', { role: 'admin' }),
    rule('network', { others: true }),
    rule('databases', { others: true, role: 'admin', approvers: 2 }),
  ];
  expect(needsOf(approvals, ['version-control', 'network'])).toEqual({
    role: 'admin',
    others: true,
    approvers: 2,
    families: ['any', 'version-control', 'network'],
  });
  expect(needsOf(approvals, [])).toMatchObject({ role: 'lead', others: false, approvers: 2 });
});

test('[GU52] who spoke in the turn, or has too low a role, may not allow', () => {
  const others = { role: 'lead', others: true, approvers: 1 } as const;
  expect(whyNotAllow(others, { role: 'admin', spoke: true })).toContain('Somebody else');
  expect(whyNotAllow(others, { role: 'lead', spoke: false })).toBeUndefined();
  const admins = { role: 'admin', others: false, approvers: 1 } as const;
  expect(whyNotAllow(admins, { role: 'lead', spoke: false })).toContain('needs admin');
  expect(whyNotAllow(admins, { role: 'admin', spoke: true })).toBeUndefined();
});
