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

/** So many files are remembered as read: the same read again says nothing new. */
const mostReads = 2_000;

/** For the page of decisions and for replays: each action, and each file of a change or a read, with who or what had the last word. */
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
  const read = new Set<string>();
  /** The first time that a file is read without a question. */
  function isNews(action: GuardedAction, { verdict }: Judgement): boolean {
    if (action.kind !== 'read' || verdict !== 'allow') return true;
    if (read.has(action.path) || read.size >= mostReads) return false;
    read.add(action.path);
    return true;
  }
  return async (action, judgement, permissionId) => {
    const byDefault = action.kind === 'command' || action.kind === 'edit' ? 'guard' : 'mode';
    const { verdict, by: decidedBy = byDefault, reason = '', rules = [], opinion } = judgement;
    const said = { verdict, decidedBy, reason, rules: rules.map(({ id }) => id), permissionId, opinion };
    // An action with many changes is kept by the first of them.
    for (const guarded of guardedActions(action)
      .slice(0, 20)
      .filter((one) => isNews(one, judgement)))
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

/** The parts of an action that are judged, and kept, each by itself. */
export function guardedActions(action: AgentAction): GuardedAction[] {
  switch (action.kind) {
    case 'command':
      return [{ kind: 'command', command: action.command, cwd: action.cwd }];
    case 'edit':
      return action.changes.map(({ path, oldText, newText }) => ({ kind: 'edit', path, oldText, newText }));
    case 'read':
      return (action.paths.length === 0 ? [''] : action.paths).map((path) => ({ kind: 'read', path }));
    case 'fetch':
    case 'mcp':
    case 'other':
      return [action];
    case 'quiet':
      return [];
  }
}
