import { z } from 'zod';
import { classifyCommand } from '../core/guard/classify.ts';
import { classifyEdit } from '../core/guard/classify-edit.ts';
import { guardFacts, type Verdict } from '../core/guard/verdict.ts';
import { loadBash } from '../platform/parsers/bash.ts';
import { loadCode } from '../platform/parsers/code.ts';
import { UsageError, type Command } from './command.ts';

const around = { cwd: z.string().optional(), facts: guardFacts.optional() };
const text = z.string().nullable().default(null);
const line = z.union([
  z.object({ tool: z.literal('edit'), path: z.string(), oldText: text, newText: text, ...around }),
  z.object({ cmd: z.string(), ...around }),
]);
type Line = z.infer<typeof line>;

/** Judges actions one by one, one JSON object a line; answers in the same order. */
export const guardCheck: Command = {
  usage: 'guard check < ACTIONS.jsonl',
  does: 'Judges commands and edits: a line {"cmd"} or {"tool": "edit", …} in, a line {"verdict", "rules", "reason", "saferWay"} out.',
  async run(words, io) {
    if (words.some((word) => word !== '--json'))
      throw new UsageError(
        'guard check takes its actions from the standard input: ensemble guard check < ACTIONS.jsonl',
      );
    const judge = await loadJudge();
    let hasFindings = false;
    for (const [index, raw] of (await io.readInput()).split('\n').entries()) {
      if (raw.trim() === '') continue;
      const verdict = judge(readLine(raw, index + 1));
      hasFindings ||= verdict.verdict !== 'allow';
      io.write(JSON.stringify(verdict));
    }
    return hasFindings ? 1 : 0;
  },
};

async function loadJudge(): Promise<(action: Line) => Verdict> {
  const [parse, readCode] = await Promise.all([loadBash(), loadCode()]);
  return (action) => {
    const facts = { ...action.facts, ...(action.cwd !== undefined && { cwd: action.cwd }) };
    return 'cmd' in action ? classifyCommand(parse(action.cmd), facts) : classifyEdit(action, facts, readCode);
  };
}

function readLine(raw: string, number: number): Line {
  try {
    return line.parse(JSON.parse(raw));
  } catch {
    const forms = '{"cmd": "…"} or {"tool": "edit", "path": "…", "oldText": "…", "newText": "…"}';
    throw new UsageError(`Line ${number} is no JSON object like ${forms}. Nothing after it was judged.`);
  }
}
