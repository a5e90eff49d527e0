import { z } from 'zod';
import { maskText } from '../core/dlp/mask.ts';
import { scanText } from '../core/dlp/scan.ts';
import { UsageError, type Command } from './command.ts';

const line = z.object({ text: z.string(), path: z.string().optional() });

/** Finds what should not leave the company in texts, one JSON object a line; answers in the same order. */
export const dlpScan: Command = {
  usage: 'dlp scan < TEXTS.jsonl',
  does: 'Finds secrets and personal data: a line {"text"} in, a line {"findings", "redacted"} out.',
  async run(words, io) {
    if (words.some((word) => word !== '--json'))
      throw new UsageError('dlp scan takes its texts from the standard input: ensemble dlp scan < TEXTS.jsonl');
    let hasFindings = false;
    for (const [index, raw] of (await io.readInput()).split('\n').entries()) {
      if (raw.trim() === '') continue;
      const { text } = readLine(raw, index + 1);
      const findings = scanText(text);
      hasFindings ||= findings.length > 0;
      const told = findings.map(({ detector, start, end, severity }) => ({ detector, start, end, severity }));
      io.write(JSON.stringify({ findings: told, redacted: maskText(text, findings) }));
    }
    return hasFindings ? 1 : 0;
  },
};

function readLine(raw: string, number: number): z.infer<typeof line> {
  try {
    return line.parse(JSON.parse(raw));
  } catch {
    throw new UsageError(`Line ${number} is no JSON object with a text: {"text": "…"}. Nothing after it was scanned.`);
  }
}
