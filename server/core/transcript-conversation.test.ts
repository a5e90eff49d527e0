import { expect, test } from 'vitest';
import type { SessionEvent, SessionEventBody } from './session-event.ts';
import { emptyTranscript, foldEvents } from './transcript.ts';

const ana = { kind: 'person', id: 'per_ana', name: 'Ana' } as const;
const bo = { kind: 'person', id: 'per_bo', name: 'Bo' } as const;
const agent = { kind: 'run', id: 'run_1', name: 'assistant' } as const;

type Said = [actor: SessionEvent['actor'], body: SessionEventBody];

function fold(said: Said[]) {
  const events = said.map(([actor, body], index) => ({
    seq: index + 1,
    at: `2026-01-01T00:00:${String(index).padStart(2, '0')}.000Z`,
    actor,
    body,
  }));
  return foldEvents(emptyTranscript(), events);
}

const prompt: Said = [ana, { type: 'prompt', runId: 'run_1', text: 'Round', agent: 'assistant', mode: 'edit' }];
const started: Said = [agent, { type: 'run_started', runId: 'run_1', attempt: 1, baseCommit: 'c' }];
const steer: Said = [bo, { type: 'steer', runId: 'run_1', steerId: 'str_1', text: 'Also refunds' }];

test('[CV1] a steer is one item under its author’s name, and says what became of it', () => {
  const steers = (said: Said[]) => fold([prompt, started, steer, ...said]).items.filter(({ kind }) => kind === 'steer');
  const item = { author: bo, text: 'Also refunds', runId: 'run_1' };
  expect(steers([])).toMatchObject([{ ...item, state: 'waiting' }]);
  const taken: Said = [agent, { type: 'steer_settled', runId: 'run_1', steerId: 'str_1', outcome: 'taken' }];
  expect(steers([taken])).toMatchObject([{ ...item, state: 'taken' }]);
  const next: Said = [
    agent,
    { type: 'steer_settled', runId: 'run_1', steerId: 'str_1', outcome: 'next', nextRunId: 'run_2' },
  ];
  expect(steers([next])).toMatchObject([{ ...item, state: 'next', nextRunId: 'run_2' }]);
});

test('[CV2] a proposal is one item under its author’s name; the prompt that came of it says whose words it has', () => {
  const proposed: Said = [
    bo,
    { type: 'prompt_proposed', proposalId: 'pro_1', text: 'Rename a to b', agent: 'refactor' },
  ];
  const sent: Said[] = [
    [
      ana,
      {
        type: 'prompt',
        runId: 'run_2',
        text: 'Rename a to b',
        agent: 'refactor',
        mode: 'edit',
        wordsOf: { id: bo.id, name: bo.name },
        proposalId: 'pro_1',
      },
    ],
    [ana, { type: 'proposal_decided', proposalId: 'pro_1', outcome: 'sent', runId: 'run_2' }],
  ];
  expect(fold([proposed]).items).toMatchObject([{ kind: 'proposal', author: bo, state: 'open' }]);
  expect(fold([proposed, ...sent]).items).toMatchObject([
    { kind: 'proposal', author: bo, state: 'sent', decidedBy: ana, runId: 'run_2' },
    { kind: 'prompt', author: ana, wordsOf: { name: 'Bo' } },
  ]);
});

test('[CV3] a started run waits for its agent, then for the model, until the first word comes', () => {
  const run = (said: Said[]) => fold([prompt, ...said]).runs['run_1'];
  const ready: Said = [agent, { type: 'agent_ready', runId: 'run_1' }];
  const word: Said = [agent, { type: 'agent_text', runId: 'run_1', messageId: 'm', text: 'I' }];
  expect(run([])).toMatchObject({ state: 'queued', phase: undefined });
  expect(run([started])).toMatchObject({ phase: 'starting', phaseAt: '2026-01-01T00:00:01.000Z' });
  expect(run([started, ready])).toMatchObject({ phase: 'asked', phaseAt: '2026-01-01T00:00:02.000Z' });
  expect(run([started, ready, word])).toMatchObject({ state: 'running', phase: undefined, phaseAt: undefined });
});
