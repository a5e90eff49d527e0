import { expect, test } from 'vitest';
import type { AgentAction } from '../core/agent-action.ts';
import { AppError } from '../core/errors.ts';
import type { Verdict } from '../core/guard/verdict.ts';
import type { ActAction, PolicyAct } from '../core/policy-question.ts';
import { runModes, type RunMode } from '../core/session-event.ts';
import { judgeAction, type GuardSays, type JudgeFacts } from './judge-action.ts';

const command: AgentAction = { kind: 'command', command: 'npm test', cwd: '' };
const edit: AgentAction = { kind: 'edit', changes: [{ path: 'src/a.ts', oldText: 'a', newText: 'b' }] };
const read: AgentAction = { kind: 'read', paths: ['src/a.ts'] };
const fine: Verdict = { verdict: 'allow', rules: [], reason: 'Nothing speaks against it.' };

function facts(given: Partial<JudgeFacts> = {}): JudgeFacts {
  return {
    mode: 'auto',
    requireOpen: () => Promise.resolve(),
    requireActing: () => Promise.resolve(),
    requireUnattended: () => Promise.resolve(),
    guard: () => Promise.resolve(fine),
    opinion: () => Promise.resolve(undefined),
    mcpServers: new Map([['tickets', { readTools: new Set(['list']), otherTools: 'ask' as const }]]),
    ...given,
  };
}
const guarded = (verdict: Verdict) => ({ guard: () => Promise.resolve(verdict) });
const refuse = (reason: string) => () =>
  Promise.reject(new AppError('forbidden', reason, { details: { reason: 'policy', rules: ['r1'] } }));

const word = async (action: AgentAction, given: Partial<JudgeFacts> = {}) =>
  (await judgeAction(action, facts(given))).verdict;

test.each<[RunMode, string, string]>([
  ['ask', 'ask', 'ask'],
  ['plan', 'deny', 'ask'],
  ['edit', 'allow', 'ask'],
  ['auto', 'allow', 'allow'],
])('[AG32] in the mode %s an edit means %s and a command %s', async (mode, edits, commands) => {
  expect(await word(edit, { mode })).toBe(edits);
  expect(await word(command, { mode })).toBe(commands);
  expect(await word({ ...command, command: 'git status' }, { mode })).toBe('allow');
});

test.each(runModes)('[AG32] reading and planning are not asked in the mode %s', async (mode) => {
  expect(await word(read, { mode })).toBe('allow');
  expect(await word({ kind: 'quiet' }, { mode })).toBe('allow');
});

test('[AG32] what the guard does not know is asked, in every mode', async () => {
  const other: AgentAction = { kind: 'other', tool: 'Summon', input: '{}' };
  for (const mode of runModes) expect(await word(other, { mode, guard: () => Promise.resolve(undefined) })).toBe('ask');
});

test('[AG32] auto asks as soon as policy does not let runs go on unattended', async () => {
  const judgement = await judgeAction(command, facts({ requireUnattended: refuse('Closed by r1.') }));
  expect(judgement).toMatchObject({ verdict: 'ask', by: 'policy', reason: 'Closed by r1.' });
});

test('[AG31] the guard’s no and question count in every mode but where nothing is changed at all', async () => {
  const deny: Verdict = { verdict: 'deny', rules: ['git.force-push'], reason: 'It rewrites.', saferWay: 'Push anew.' };
  for (const mode of ['ask', 'edit', 'auto'] as const) {
    expect(await judgeAction(command, facts({ mode, ...guarded(deny) }))).toMatchObject({
      verdict: 'deny',
      by: 'guard',
      rules: [{ id: 'git.force-push' }],
      saferWay: 'Push anew.',
    });
    expect(await word(edit, { mode, ...guarded(deny) })).toBe('deny');
    expect(await word(command, { mode, ...guarded({ ...deny, verdict: 'ask' }) })).toBe('ask');
    // In the mode Edit a question about a change is left to those who review it.
    const about = await word(edit, { mode, ...guarded({ ...deny, verdict: 'ask' }) });
    expect(about).toBe(mode === 'edit' ? 'allow' : 'ask');
  }
});

test('[AG31] a rule of the house asks and allows in every mode, but a plan stays a plan', async () => {
  const says = (verdict: Verdict['verdict']): GuardSays => ({
    verdict,
    by: 'house',
    rules: ['gru_1'],
    reason: 'The team.',
  });
  for (const mode of ['ask', 'edit', 'auto'] as const) {
    expect(await word(command, { mode, guard: () => Promise.resolve(says('allow')) })).toBe('allow');
    expect(await word(edit, { mode, guard: () => Promise.resolve(says('ask')) })).toBe('ask');
  }
  expect(await word(command, { mode: 'plan', guard: () => Promise.resolve(says('allow')) })).toBe('ask');
});

test('[AG31] policy closes a path for reading and writing, whatever the mode and the guard say', async () => {
  for (const mode of runModes)
    for (const action of [edit, read])
      expect(await judgeAction(action, facts({ mode, requireOpen: refuse('src/a.ts is closed.') }))).toMatchObject({
        verdict: 'deny',
        by: 'policy',
        reason: 'src/a.ts is closed.',
      });
});

test.each(['/etc/passwd', '/home/agent/.bashrc', '.git/config', 'a/.GIT/hooks/x', 'sub/.git', 'a\nb', ''])(
  '[AG31] %j is never changed by an agent',
  async (path) => {
    const change = { path, oldText: null, newText: 'x' };
    expect(await word({ kind: 'edit', changes: [change] })).toBe('deny');
  },
);

test('[AG31] files for a while may lie in /tmp', async () => {
  expect(await word({ kind: 'edit', changes: [{ path: '/tmp/x', oldText: null, newText: 'x' }] })).toBe('allow');
});

test('[AG31] MCP servers are those that the run was given', async () => {
  const call = (server: string): AgentAction => ({ kind: 'mcp', server, name: 'close', input: '{}' });
  expect(await word(call('evil'))).toBe('deny');
  expect(await word(call('tickets'), { guard: () => Promise.resolve(undefined) })).toBe('ask');
});

test('an error that is no refusal is not taken for one', async () => {
  const broken = () => Promise.reject(new Error('the database is gone'));
  await expect(judgeAction(read, facts({ requireOpen: broken }))).rejects.toThrow('the database is gone');
});

const doubt: Verdict = { verdict: 'ask', rules: ['git.no-verify'], reason: 'It skips the checks.' };
const opined = (verdict: 'allow' | 'ask' | 'deny', mayEase = true) => ({
  opinion: () => Promise.resolve({ opinion: { verdict, reason: 'So it thinks.', model: 'small' }, mayEase }),
});

test('[GU63] a model eases in the mode Auto alone; elsewhere its word stands on the question', async () => {
  const eased = await judgeAction(command, facts({ ...guarded(doubt), ...opined('allow') }));
  expect(eased).toMatchObject({ verdict: 'allow', by: 'opinion', opinion: { verdict: 'allow' } });
  for (const mode of ['ask', 'plan', 'edit'] as const) {
    const said = await judgeAction(command, facts({ mode, ...guarded(doubt), ...opined('allow') }));
    expect(said).toMatchObject({ verdict: 'ask', by: 'guard', opinion: { verdict: 'allow', model: 'small' } });
  }
  const closed = { ...guarded(doubt), ...opined('allow'), requireUnattended: refuse('Closed by r1.') };
  expect(await judgeAction(command, facts(closed))).toMatchObject({ verdict: 'ask', by: 'policy' });
});

test('[GU63] a model is stricter in any mode about what the guard asks, and about what nobody else would look at', async () => {
  expect(await judgeAction(command, facts(opined('deny')))).toMatchObject({ verdict: 'deny', by: 'opinion' });
  expect(await word(command, { mode: 'ask', ...guarded(doubt), ...opined('deny') })).toBe('deny');
  // A person is asked about it anyway.
  expect(await word(command, { mode: 'ask', ...opined('deny') })).toBe('ask');
});

test('[GU63] it is not asked about denials, the house’s word, what only reads, and what is left to review', async () => {
  const never = { opinion: () => Promise.reject(new Error('asked')) };
  const house = (verdict: Verdict['verdict']) => () => Promise.resolve({ ...doubt, verdict, by: 'house' as const });
  expect(await word(command, { ...guarded({ ...doubt, verdict: 'deny' }), ...never })).toBe('deny');
  expect(await word(command, { guard: house('ask'), ...never })).toBe('ask');
  expect(await word(command, { guard: house('allow'), ...never })).toBe('allow');
  expect(await word({ ...command, command: 'git status' }, never)).toBe('allow');
  expect(await word(edit, { mode: 'edit', ...guarded(doubt), ...never })).toBe('allow');
});

const closing =
  (...closed: ActAction[]): JudgeFacts['requireActing'] =>
  (action) =>
    closed.includes(action) ? refuse('Closed by r1.')() : Promise.resolve();

test('[PO21] policy denies what is done, before the guard and in every mode', async () => {
  const deny: Verdict = { ...doubt, verdict: 'deny' };
  for (const mode of runModes)
    for (const action of [command, read, { kind: 'other', tool: 'Summon', input: '' } as const])
      expect(await judgeAction(action, facts({ mode, ...guarded(deny), requireActing: closing('act') }))).toMatchObject(
        { verdict: 'deny', by: 'policy', rules: [{ id: 'r1' }] },
      );
  expect(await word({ kind: 'quiet' }, { requireActing: closing('act', 'actUnasked') })).toBe('allow');
});

test('[PO21] policy asks about what would be allowed, by the house, a model or the mode, and loosens nothing', async () => {
  const requireActing = closing('actUnasked');
  const house: GuardSays = { ...doubt, verdict: 'allow', by: 'house', rules: ['gru_1', 'git.no-verify'] };
  expect(await judgeAction(command, facts({ requireActing, guard: () => Promise.resolve(house) }))).toMatchObject({
    verdict: 'ask',
    by: 'policy',
    reason: 'Closed by r1.',
    rules: [{ id: 'r1' }, { id: 'gru_1' }, { id: 'git.no-verify' }],
  });
  const eased = await judgeAction(command, facts({ requireActing, ...guarded(doubt), ...opined('allow') }));
  expect(eased).toMatchObject({ verdict: 'ask', by: 'policy', opinion: { verdict: 'allow' } });
  expect(await word(edit, { mode: 'edit', requireActing })).toBe('ask');
  for (const verdict of ['ask', 'deny'] as const) {
    const said = await judgeAction(command, facts({ requireActing, ...guarded({ ...doubt, verdict }) }));
    expect(said).toMatchObject({ verdict, by: 'guard' });
  }
});

test('[PO21] policy is told the guard’s own verdict and every rule that spoke, whatever the house allows', async () => {
  const asked: PolicyAct[] = [];
  const house: GuardSays = {
    ...fine,
    by: 'house',
    rules: ['gru_1'],
    beneath: { verdict: 'ask', rules: ['gru_1', 'packages.publish'] },
  };
  const requireActing: JudgeFacts['requireActing'] = (_action, act) => Promise.resolve(void asked.push(act));
  await word(command, { requireActing, guard: () => Promise.resolve(house) });
  await word(
    { kind: 'fetch', address: 'https://a.example' },
    { requireActing, guard: () => Promise.resolve(undefined) },
  );
  expect(asked[0]).toEqual({
    kind: 'command',
    mode: 'auto',
    verdict: 'ask',
    rules: ['gru_1', 'packages.publish'],
    families: ['publishing', 'house'],
  });
  expect(asked[1]).toEqual(asked[0]);
  expect(asked[2]).toEqual({ kind: 'fetch', mode: 'auto', rules: [], families: [] });
  const mcpServers = new Map([['notes', { readTools: new Set(['read']), otherTools: 'ask' as const }]]);
  await word(
    { kind: 'mcp', server: 'notes', name: 'read', input: '{}' },
    { requireActing, mcpServers, guard: () => Promise.resolve(undefined) },
  );
  expect(asked.at(-1)).toEqual({ kind: 'mcp', mode: 'auto', rules: [], families: [], server: 'notes', tool: 'read' });
});

test('[GU80] what nobody doubts is known by its families as well, to policies and to whom a question is for', async () => {
  const said: GuardSays = { ...fine, families: ['databases'] };
  const guard = () => Promise.resolve(said);
  expect(await judgeAction(command, facts({ mode: 'edit', guard }))).toMatchObject({
    verdict: 'ask',
    by: 'mode',
    families: ['databases'],
  });
  const requireActing: JudgeFacts['requireActing'] = (action, { families }) =>
    action === 'actUnasked' && families.includes('databases') ? refuse('Ask.')() : Promise.resolve();
  expect(await judgeAction(command, facts({ guard, requireActing }))).toMatchObject({
    verdict: 'ask',
    by: 'policy',
    families: ['databases'],
  });
});

test('[GU85] the house speaks about reads, fetches and tools of servers as well', async () => {
  const house = (verdict: 'allow' | 'ask' | 'deny') => () =>
    Promise.resolve<GuardSays>({ ...doubt, verdict, by: 'house', beneath: { rules: ['gru_1'] } });
  const mcpServers = new Map([['notes', { readTools: new Set<string>(), otherTools: 'ask' as const }]]);
  const fetched: AgentAction = { kind: 'fetch', address: 'https://a.example' };
  const tool: AgentAction = { kind: 'mcp', server: 'notes', name: 'write', input: '{}' };
  for (const action of [read, fetched, tool]) {
    expect(await judgeAction(action, facts({ mcpServers, guard: house('deny') }))).toMatchObject({
      verdict: 'deny',
      by: 'house',
    });
    expect(await word(action, { mcpServers, guard: house('ask') })).toBe('ask');
    expect(await word(action, { mcpServers, guard: house('allow') })).toBe('allow');
  }
  const closed = new Map([['notes', { readTools: new Set<string>(), otherTools: 'deny' as const }]]);
  expect(await word(tool, { mcpServers: closed, guard: house('allow') })).toBe('deny');
  expect(await word(fetched, { mode: 'plan', guard: house('allow') })).toBe('ask');
});
