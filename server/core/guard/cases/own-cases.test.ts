import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { loadBash } from '#server/platform/parsers/bash';
import { loadCode } from '#server/platform/parsers/code';
import { classifyCommand } from '../classify.ts';
import { classifyEdit } from '../classify-edit.ts';
import type { GuardFacts } from '../verdict.ts';

const label = z.enum(['ok', 'ng']);
const commandCase = z.object({ cmd: z.string(), label, where: z.literal('project').optional(), why: z.string() });
const editCase = z.object({
  path: z.string(),
  oldText: z.string().nullable(),
  newText: z.string().nullable(),
  label,
  why: z.string(),
});

function casesOf<T>(file: string, shape: z.ZodType<T>): T[] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => shape.parse(JSON.parse(line)));
}

/** Facts of cases that say where they are. */
const project: GuardFacts = { cwd: '/home/maria/app', worktree: '/home/maria/app', home: '/home/maria' };

const commands = casesOf('./commands.jsonl', commandCase);
const edits = casesOf('./edits.jsonl', editCase);
const parse = await loadBash();
const readCode = await loadCode();

test('[GU140] each of our commands is judged as its label says: `ng` is not allowed, `ok` is', () => {
  const wrong = commands.filter(({ cmd, label: wanted, where }) => {
    const { verdict } = classifyCommand(parse(cmd), where === 'project' ? project : {});
    return (verdict === 'allow') !== (wanted === 'ok');
  });
  expect(wrong).toEqual([]);
}, 120_000);

test('[GU140] each of our changes of files is judged as its label says', () => {
  const wrong = edits.filter(
    (edit) => (classifyEdit(edit, {}, readCode).verdict === 'allow') !== (edit.label === 'ok'),
  );
  expect(wrong).toEqual([]);
});

test('[GU140] there are at least 1,500 commands and 300 changes of files, no two the same, with a reason each', () => {
  expect(new Set(commands.map(({ cmd, where }) => `${where} ${cmd}`)).size).toBeGreaterThanOrEqual(1_500);
  expect(new Set(edits.map((edit) => JSON.stringify(edit))).size).toBeGreaterThanOrEqual(300);
  expect([...commands, ...edits].every(({ why }) => why.length > 5)).toBe(true);
});
