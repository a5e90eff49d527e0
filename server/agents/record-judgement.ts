import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { AgentAction } from '../core/agent-action.ts';
import type { GuardedAction } from '../core/guard/guarded-action.ts';
import type { RecordMask } from '../governance/dlp/mask-record.ts';
import { recordDecision } from '../governance/guard/record-decision.ts';
import type { RunRow } from '../runs/run-claim.ts';
import type { Judgement } from './judge-action.ts';

/** Keeps what was said of an action; `permissionId` where people were asked by a card. */
export type RecordJudgement = (action: AgentAction, judgement: Judgement, permissionId?: string) => Promise<void>;

/** For the page of decisions: each command, and each file of a change, with who or what had the last word. */
export function judgementRecorder(
  ctx: Context,
  { run, mask, projectId }: { run: RunRow; mask: RecordMask; projectId: Promise<string> },
): RecordJudgement {
  const of = {
    teamId: run.teamId,
    sessionId: run.sessionId,
    runId: run.id,
    personId: run.askedBy,
    agent: run.agent,
    mode: run.mode,
  };
  return async (action, judgement, permissionId) => {
    const { verdict, by: decidedBy = 'guard', reason = '', rules = [], opinion } = judgement;
    const said = { verdict, decidedBy, reason, rules: rules.map(({ id }) => id), permissionId, opinion };
    // An action with many changes is kept by the first of them.
    for (const guarded of guardedActions(action).slice(0, 20))
      await recordDecision(ctx, { ...of, ...said, projectId: await projectId, action: guarded }, (text) =>
        mask.mask(text),
      );
  };
}

/** The project of a run's session. */
export async function projectOf(ctx: Context, { sessionId }: RunRow): Promise<string> {
  const { session } = schema;
  const [row] = await ctx.db.select({ projectId: session.projectId }).from(session).where(eq(session.id, sessionId));
  return row?.projectId ?? '';
}

/** What the guard looks at: commands and changes of files. */
export function guardedActions(action: AgentAction): GuardedAction[] {
  if (action.kind === 'command') return [{ kind: 'command', command: action.command, cwd: action.cwd }];
  if (action.kind !== 'edit') return [];
  return action.changes.map(({ path, oldText, newText }) => ({ kind: 'edit', path, oldText, newText }));
}
