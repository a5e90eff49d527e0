import { expect, test } from 'vitest';
import { UsageError } from './command.ts';
import { dlpScan } from './dlp.ts';

async function scan(input: string) {
  const lines: string[] = [];
  const code = await dlpScan.run([], {
    write: (line) => void lines.push(line),
    readInput: () => Promise.resolve(input),
  });
  return { code, answers: lines.map((line): unknown => JSON.parse(line)) };
}

test('[DL1] a line in is a line out, in the same order, and the exit code says whether something was found', async () => {
  const found = await scan('{"text":"nothing"}\n{"text":"password = \\"hunter22\\"","path":"a.ini"}\n');
  expect(found).toEqual({
    code: 1,
    answers: [
      { findings: [], redacted: 'nothing' },
      {
        findings: [{ detector: 'password', start: 12, end: 20, severity: 'high' }],
        redacted: 'password = "<password-1>"',
      },
    ],
  });
  expect((await scan('{"text":"nothing"}')).code).toBe(0);
});

test('what is no line of texts is refused with its number', async () => {
  await expect(scan('{"text":"fine"}\nnonsense')).rejects.toThrow(UsageError);
  await expect(scan('{"text":"fine"}\nnonsense')).rejects.toThrow('Line 2');
});
