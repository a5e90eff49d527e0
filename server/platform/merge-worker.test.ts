import { afterAll, expect, it } from 'vitest';
import { computeHunks } from '../core/suggestion.ts';
import { closeMergeThread, mergeInThread } from './merge-worker.ts';

afterAll(closeMergeThread);

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}\n`);
const side = (text: string, oid: string) => ({ mode: '100644', oid, text, format: 'utf-8 lf' });

function longJob(count: number) {
  const base = numbered(count);
  const result = base.with(count - 5, 'suggested\n').join('');
  const live = base.with(3, 'typed\n').join('');
  const [hunk] = computeHunks({ path: 'a', base: side(base.join(''), '1'), result: side(result, '2') });
  if (!hunk) throw new Error('a hunk was expected');
  return { kind: 'apply' as const, base: base.join(''), accepted: [], hunk, live };
}

it('[RV22] merges long texts in a thread with the same answer as short ones', async () => {
  const merged = await mergeInThread(longJob(30_000));
  if (!merged.ok) throw new Error('a clean merge was expected');
  expect(merged.text).toBe(numbered(30_000).with(3, 'typed\n').with(29_995, 'suggested\n').join(''));
  expect(await mergeInThread(longJob(20))).toMatchObject({ ok: true, changed: true });
});

it('[RV22] stops a merge that takes too long, and the next one works again', async () => {
  await closeMergeThread(); // so that the thread has to start first, which takes longer than the limit
  await expect(mergeInThread(longJob(30_000), 0)).rejects.toMatchObject({ code: 'unavailable' });
  expect(await mergeInThread(longJob(2_000))).toMatchObject({ ok: true });
});

it('merges with marks', async () => {
  const labels = { ours: 'this session', theirs: 'main' };
  expect(await mergeInThread({ kind: 'marks', base: 'a\n', ours: 'b\n', theirs: 'c\n', labels })).toMatchObject({
    conflicts: 1,
  });
});
