import { expect, test } from 'vitest';
import type { AgentDescription } from '@/server/core/agent-description.ts';
import { whoIsAsked } from './who-is-asked.ts';

const agent = (name: string, ok = true): AgentDescription => ({
  name,
  title: name,
  description: '',
  modes: ['edit'],
  defaultMode: 'edit',
  needsModel: true,
  availability: ok ? { ok } : { ok, reason: 'It is not installed.', fix: 'Install it.' },
});
const agents = [agent('claude-code', false), agent('codex'), agent('refactor')];

test.each([
  ['who was chosen, also when it cannot be asked just now', { chosen: 'claude-code', last: 'codex' }, 'claude-code'],
  ['else who was asked last', { chosen: undefined, last: 'refactor' }, 'refactor'],
  ['else the first that is ready', { chosen: undefined, last: undefined }, 'codex'],
  ['and where the last one is not offered any more', { chosen: undefined, last: 'opencode' }, 'codex'],
])('[CV86] a prompt goes to %s', (_name, given, expected) => {
  expect(whoIsAsked(agents, given)).toMatchObject({ agent: { name: expected } });
});

test('[CV86] in the place of a chosen agent that is not offered nobody is asked', () => {
  const given = { chosen: 'opencode', last: 'codex' };
  expect(whoIsAsked(agents, given)).toMatchObject({ agent: undefined, gone: 'opencode' });
  expect(whoIsAsked([], given).gone).toBeUndefined();
});
