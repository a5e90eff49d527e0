import { expect, test } from 'vitest';
import { progressPart, readVariables, standing } from './agent-words.ts';

const agent = {
  name: 'codex',
  title: 'Codex',
  description: '',
  needsModel: true,
  modes: [],
  defaultMode: 'edit' as const,
  availability: { ok: true as const },
};
const installed = { version: '1', licence: 'MIT', sizeBytes: 1 };

test('an agent that is not there says so before why it cannot run', () => {
  expect(standing(agent).words).toBe('Ready');
  expect(standing({ ...agent, installation: { ...installed, state: 'missing' } }).words).toBe('Not installed');
  expect(standing({ ...agent, installation: { ...installed, state: 'outdated' } }).words).toBe('Outdated');
  expect(standing({ ...agent, availability: { ok: false, reason: 'r', fix: 'f' } }).words).toBe('Cannot run');
});

test('progress is a part of the whole, or not known yet', () => {
  expect(progressPart('100 of 400 MB')).toBe(25);
  expect(progressPart(null)).toBeUndefined();
});

test('variables are lines; a value keeps its equals signs and spaces', () => {
  expect(readVariables('A=1\n\nB_2= x=y ')).toEqual({ A: '1', B_2: ' x=y ' });
  expect(readVariables('nonsense')).toMatch(/NAME=value/);
});
