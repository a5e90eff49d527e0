import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { GuardedAction } from '../../core/guard/guarded-action.ts';
import type { HouseEffect } from '../../core/guard/house-rule.ts';
import type { GuardFacts } from '../../core/guard/verdict.ts';

/** A labelled action that comes with Ensemble. Of what should not be allowed it is not said whether to ask or to deny. */
export type ShippedCase = { id: string; action: GuardedAction; label: HouseEffect; facts: GuardFacts };

const label = z.enum(['ok', 'ng']);
const commandCase = z.object({ cmd: z.string(), label, where: z.literal('project').optional() });
const editText = z.string().nullable();
const editCase = z.object({ path: z.string(), oldText: editText, newText: editText, label });

/** Found when it is read: in the bundle of the pages, which never reads it, a module has no folder. */
const casesFolder = () => path.resolve(import.meta.dirname, '../../core/guard/cases');
const effectOf = { ok: 'allow', ng: 'deny' } as const;
/** Facts of cases that say where they are. */
const project: GuardFacts = { cwd: '/home/maria/app', worktree: '/home/maria/app', home: '/home/maria' };

let reading: Promise<ShippedCase[]> | undefined;

/** The guard's own cases (server/core/guard/cases), read once. */
export function shippedCases(): Promise<ShippedCase[]> {
  reading ??= readCases().catch((error: unknown) => {
    reading = undefined;
    throw error;
  });
  return reading;
}

async function readCases(): Promise<ShippedCase[]> {
  const [commands, edits] = await Promise.all([
    linesOf('commands.jsonl', commandCase),
    linesOf('edits.jsonl', editCase),
  ]);
  return [
    ...commands.map(({ cmd, where, label: said }, at) => ({
      id: `command-${at + 1}`,
      action: { kind: 'command' as const, command: cmd },
      label: effectOf[said],
      facts: where === 'project' ? project : {},
    })),
    ...edits.map(({ label: said, ...edit }, at) => ({
      id: `edit-${at + 1}`,
      action: { kind: 'edit' as const, ...edit },
      label: effectOf[said],
      facts: {},
    })),
  ];
}

async function linesOf<T>(name: string, shape: z.ZodType<T>): Promise<T[]> {
  const text = await readFile(path.join(casesFolder(), name), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => shape.parse(JSON.parse(line)));
}
