import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import type { HostileOutcome } from './hostile-run.ts';

const framesEach = 50_000;
let outcomes: HostileOutcome[] = [];

/** In a process of its own, whose memory is measured when all is let go. */
async function attack(from: number): Promise<HostileOutcome> {
  const script = path.join(import.meta.dirname, 'hostile-run.ts');
  const args = ['--expose-gc', script, String(from), String(framesEach)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
  const outcome: HostileOutcome = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  return outcome;
}

beforeAll(async () => {
  outcomes = await Promise.all([attack(1), attack(1_001)]);
});

test('[CB20][CB64][CB65] 100,000 hostile frames end no room, change nothing without the right, and leave the layout', () => {
  expect(outcomes.flatMap((outcome) => outcome.faults)).toEqual([]);
  const sent = outcomes.flatMap((outcome) => Object.values(outcome.frames));
  expect(sent.reduce((sum, frames) => sum + frames, 0)).toBe(2 * framesEach);
});

test('[CB64] after them the memory is what it was before', () => {
  for (const { memoryRatio } of outcomes) expect(memoryRatio).toBeLessThan(1.05);
});

test('every kind of frame was sent, and malformed ones ended their lines', () => {
  for (const { frames, closed } of outcomes) {
    expect(Math.min(...Object.values(frames))).toBeGreaterThan(2_000);
    expect(Object.keys(closed)).toEqual(['1007', '4403', '4422']);
    expect(closed['1007']).toBeGreaterThan(20_000);
  }
});
