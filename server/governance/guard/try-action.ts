import { z } from 'zod';
import { authorizeProject, authorizeTeam } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import type { ActionFamily } from '../../core/guard/action-family.ts';
import type { ApprovalNeeds } from '../../core/guard/approval.ts';
import { guardedAction } from '../../core/guard/guarded-action.ts';
import { HOLE, type SimpleCommand } from '../../core/guard/interpreted.ts';
import type { Verdict } from '../../core/guard/verdict.ts';
import { approvalNeedsOf } from './approval-rules.ts';
import { boxFacts } from './box-facts.ts';
import { readAction, type GuardWord } from './guard-word.ts';
import { houseRulesOf } from './house-rules.ts';

export const tryActionInput = z.object({
  teamId: z.string(),
  projectId: z.string().optional(),
  action: guardedAction,
});

/** A command as the guard understood it; `…` stands for what it cannot know. */
export type ShownCommand = {
  name: string;
  args: string[];
  via: readonly string[];
  redirects: string[];
  cwd: string | null;
  /** The guard's word on this part alone is not given: rules look at the whole. */
  conditional: boolean;
};

export type TriedAction = {
  word: GuardWord;
  /** Undefined for what it knows nothing of. */
  guard?: Verdict | undefined;
  commands: ShownCommand[];
  /** What it is about, whatever is said of it. */
  families: ActionFamily[];
  /** What could not be resolved. */
  unresolved: string[];
  /** Who would have to allow it, where that is more than the right to approve. */
  needs?: ApprovalNeeds;
};

/** What would be said of an action in a run's box, and how it is understood, without anything being done. */
export async function tryAction(ctx: Context, given: z.input<typeof tryActionInput>): Promise<TriedAction> {
  const { teamId, projectId, action } = tryActionInput.parse(given);
  await authorizeTeam(ctx, teamId, 'guard.read');
  if (projectId !== undefined) await authorizeProject(ctx, projectId, 'guard.read');
  const rules = await houseRulesOf(ctx.db, { teamId, projectId });
  const { word, guard, families, interpreted } = await readAction(action, { facts: boxFacts(''), rules });
  const needs =
    word.verdict === 'allow'
      ? undefined
      : await approvalNeedsOf(ctx.db, { teamId, projectId: projectId ?? '' }, families);
  return {
    ...(needs && { needs }),
    word,
    guard,
    families,
    commands: interpreted?.commands.map(shownCommand) ?? [],
    unresolved: interpreted?.unresolved.map(({ what }) => what) ?? [],
  };
}

const shown = (text: string) => text.replaceAll(HOLE, '…');

function shownCommand({ name, args, via, redirects, cwd, conditional }: SimpleCommand): ShownCommand {
  return {
    name: shown(name),
    args: args.map(({ text }) => shown(text)),
    via,
    redirects: redirects.map(
      ({ kind, fd, target }) => `${fd === 1 || kind === '<' ? '' : fd}${kind} ${shown(target.text)}`,
    ),
    cwd: cwd ?? null,
    conditional,
  };
}
