import { expect, test } from 'vitest';
import { changedFields, placeOf } from './resource-place.ts';

test.each([
  ['session', 'ses_1', {}, '/alpha/sessions/ses_1'],
  ['run', 'run_1', { sessionId: 'ses_1' }, '/alpha/sessions/ses_1'],
  ['commit', 'abc', { sessionId: 'ses_1' }, '/alpha/sessions/ses_1'],
  ['project', 'prj_1', {}, '/alpha/projects/prj_1'],
  ['person', 'per_1', {}, '/alpha/settings/people'],
  ['model_call', 'mcl_1', { sessionId: 'ses_1' }, '/alpha/usage?view=calls&call=mcl_1'],
  ['budget', 'bud_1', {}, '/alpha/settings/budgets'],
  ['provider', 'prv_1', {}, '/alpha/settings/models'],
  ['policy_version', 'plv_1', {}, '/alpha/settings/policies'],
  ['guard_rule', 'gru_1', {}, '/alpha/settings/guard?view=rules'],
  ['run', 'run_1', {}, undefined],
  ['upload', 'upl_1', {}, undefined],
])('an entry about a %s %s with %j leads to %s', (type, id, detail, place) => {
  expect(placeOf('alpha', { resource: { type, id }, detail })).toBe(place);
});

test('what changed is told field by field, the rest stays together', () => {
  expect(
    changedFields({ before: { role: 'viewer', left: 1 }, after: { role: 'lead', on: [1] }, path: 'a.ts' }),
  ).toEqual({
    fields: [
      { name: 'role', before: 'viewer', after: 'lead' },
      { name: 'left', before: '1', after: '' },
      { name: 'on', before: '', after: '[1]' },
    ],
    rest: { path: 'a.ts' },
  });
});

test('what has no fields before and after is told as it is', () => {
  expect(changedFields({ after: 'text', path: 'a.ts' })).toEqual({ fields: [], rest: { after: 'text', path: 'a.ts' } });
});
