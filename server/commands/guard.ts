import { z } from 'zod';
import { classifyCommand } from '../core/guard/classify.ts';
import { guardFacts, type Verdict } from '../core/guard/verdict.ts';
import { loadBash, type ReadBash } from '../platform/parsers/bash.ts';
import { UsageError, type Command } from './command.ts';

const line = z.object({ cmd: z.string(), cwd: z.string().optional(), facts: guardFacts.optional() });

/** Judges actions one by one, one JSON object a line; answers in the same order. */
export const guardCheck: Command = {
  usage: 'guard check < ACTIONS.jsonl',
  does: 'Judges commands: a line {"cmd"} in, a line {"verdict", "rules", "reason", "saferWay"} out.',
  async run(words, io) {
    if (words.some((word) => word !== '--json'))
      throw new UsageError(
        'guard check takes its actions from the standard input: ensemble guard check < ACTIONS.jsonl',
      );
    const parse = await loadBash();
    let hasFindings = false;
    for (const [index, raw] of (await io.readInput()).split('\n').entries()) {
      if (raw.trim() === '') continue;
      const verdict = judge(readLine(raw, index + 1), parse);
      hasFindings ||= verdict.verdict !== 'allow';
      io.write(JSON.stringify(verdict));
    }
    return hasFindings ? 1 : 0;
  },
};

function judge({ cmd, cwd, facts }: z.infer<typeof line>, parse: ReadBash): Verdict {
  return classifyCommand(parse(cmd), { ...facts, ...(cwd !== undefined && { cwd }) });
}

function readLine(raw: string, number: number): z.infer<typeof line> {
  try {
    return line.parse(JSON.parse(raw));
  } catch {
    throw new UsageError(`Line ${number} is no JSON object with a command: {"cmd": "…"}. Nothing after it was judged.`);
  }
}
