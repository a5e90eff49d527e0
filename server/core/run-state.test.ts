import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isActiveRun,
  isEndedRun,
  nextRunState,
  runStates,
  statesBefore,
  type RunState,
  type RunTransition,
} from './run-state.ts';

const transitions = [
  'claim',
  'ask',
  'answer',
  'hand_back',
  'lose',
  'succeed',
  'fail',
  'cancel',
] as const satisfies RunTransition[];

test.each([
  ['queued', 'claim', 'running'],
  ['running', 'claim', undefined],
  ['waiting', 'claim', undefined],
  ['running', 'ask', 'waiting'],
  ['waiting', 'ask', 'waiting'],
  ['queued', 'ask', undefined],
  ['waiting', 'answer', 'running'],
  ['running', 'answer', undefined],
  ['running', 'lose', 'queued'],
  ['waiting', 'hand_back', 'queued'],
  ['queued', 'cancel', 'cancelled'],
  ['waiting', 'cancel', 'cancelled'],
  ['queued', 'succeed', undefined],
  ['running', 'succeed', 'succeeded'],
  ['running', 'fail', 'failed'],
] as const)('[RN1] %s, then %s, is %s', (state, transition, next) => {
  expect(nextRunState(state, transition)).toBe(next);
});

test('[RN1] nothing happens to a run that ended', () => {
  for (const state of runStates.filter(isEndedRun))
    for (const transition of transitions) expect(nextRunState(state, transition)).toBeUndefined();
});

test('[RN1] whatever happens, a run is owned, queued or ended, and starts only by a claim', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...transitions)), (happenings) => {
      let state: RunState = 'queued';
      for (const happening of happenings) {
        const next = nextRunState(state, happening);
        expect(next !== undefined).toBe(statesBefore(happening).includes(state));
        if (next && isActiveRun(next) && !isActiveRun(state)) expect(happening).toBe('claim');
        state = next ?? state;
        expect(Number(state === 'queued') + Number(isActiveRun(state)) + Number(isEndedRun(state))).toBe(1);
      }
    }),
  );
});
