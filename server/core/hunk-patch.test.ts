import { expect, test } from 'vitest';
import { hunkPatch } from './hunk-patch.ts';

test('a hunk becomes a unified diff with its context and line numbers', () => {
  const patch = hunkPatch({
    path: 'a.ts',
    oldStart: 5,
    newStart: 6,
    baseText: 'old\n',
    resultText: 'new\nmore\n',
    contextBefore: 'x\ny\n',
    contextAfter: 'z\n',
  });
  expect(patch).toBe('--- a/a.ts\n+++ b/a.ts\n@@ -3,4 +4,5 @@\n x\n y\n-old\n+new\n+more\n z\n');
});

test('a missing line end is said', () => {
  const patch = hunkPatch({
    path: 'a',
    oldStart: 1,
    newStart: 1,
    baseText: 'old',
    resultText: 'new\n',
    contextBefore: '',
    contextAfter: '',
  });
  expect(patch).toContain('-old\n\\ No newline at end of file\n+new\n');
});

test('a new file has an empty old side', () => {
  expect(
    hunkPatch({
      path: 'a',
      oldStart: 0,
      newStart: 1,
      baseText: '',
      resultText: 'one\n',
      contextBefore: '',
      contextAfter: '',
    }),
  ).toContain('@@ -0,0 +1,1 @@');
});
