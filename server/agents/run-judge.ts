import type { Context } from '../context.ts';
import type { AgentAction } from '../core/agent-action.ts';
import { AppError } from '../core/errors.ts';
import type { RecordMask } from '../governance/dlp/mask-record.ts';
import { approvalNeedsOf } from '../governance/guard/approval-rules.ts';
import { runActPolicy } from '../governance/run-acts.ts';
import { runFilePolicy, runUnattendedPolicy } from '../governance/run-files.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import type { Worktree } from '../workspace/worktree.ts';
import type { AgentHandlers, TerminalRequest } from './acp-types.ts';
import type { KeepBefore } from './files-keeper.ts';
import { fileChanges, presentText } from './file-changes.ts';
import { mcpJudge } from './mcp-judge.ts';
import type { JudgeCall } from './mcp/mcp-passage.ts';
import type { HookAnswer } from './policy-socket.ts';
import { placeOf, readHookCall, shellLine } from './read-hook-call.ts';
import { judgementRecorder, projectOf } from './record-judgement.ts';
import { runActions, type RunActions } from './run-actions.ts';
import { createRunGuard } from './run-guard.ts';
import type { RunMcp } from './run-mcp.ts';
import type { OpenRunDoor } from './run-models.ts';
import { openRunOpinion } from './second-opinion.ts';

export type JudgeOptions = {
  run: RunRow;
  claim: RunClaim;
  worktree: Worktree;
  /** What its files were at the start. */
  filesCommit: string;
  mask: RecordMask;
  pausedFor: <T>(waiting: Promise<T>) => Promise<T>;
  /** How long people have to answer what is asked. */
  answerMs: number;
  /** How long a model has to give a second opinion. */
  opinionMs: number;
  /** Opens the way to models. */
  openDoor: OpenRunDoor | undefined;
  /** The MCP servers that the run was given, by name. */
  mcp: Pick<RunMcp, 'rules' | 'services' | 'calledOtherwise'>;
  /** Keeps the run's files before an action that may destroy some; a run that changes nothing needs none. */
  keep: KeepBefore | undefined;
};

export type RunJudge = {
  actions: RunActions;
  /** Answers a call of the policy hook. */
  answerHook: (text: string, signal: AbortSignal) => Promise<HookAnswer>;
  /** Judges the calls of the tools of a server, by its name on the list, before the server sees them. */
  judgeMcpCall: (server: string) => JudgeCall;
  close: () => Promise<void>;
};

/** Who is asked before each tool of a run's agent, by whichever way: hook, question, or call of the host. */
export function openRunJudge(ctx: Context, options: JudgeOptions): RunJudge {
  const { run, claim, worktree, mask, pausedFor, answerMs, opinionMs, mcp, openDoor, keep } = options;
  const projectId = projectOf(ctx, run);
  // Whoever needs it meets the failure.
  projectId.catch(() => undefined);
  const guard = createRunGuard(ctx, run, projectId);
  const { takenApart } = guard;
  const opinion = openRunOpinion(ctx, { run, claim, mask, projectId, takenApart, openDoor, waitMs: opinionMs });
  const actions = runActions(ctx, {
    claim,
    mask,
    takenApart,
    withReach: (action) => guard.withReach(action, { worktree, filesCommit: options.filesCommit }),
    keep: keep && { before: keep, isNeeded: guard.mayDestroy },
    needs: async ({ families = [] }) =>
      approvalNeedsOf(ctx.db, { teamId: run.teamId, projectId: await projectId }, families),
    record: judgementRecorder(ctx, { run, mask, projectId }),
    pausedFor,
    answerMs,
    facts: {
      mode: run.mode,
      requireOpen: runFilePolicy(run),
      requireActing: runActPolicy(run),
      requireUnattended: runUnattendedPolicy(run),
      guard: guard.verdict,
      opinion: opinion.ask,
      mcpServers: mcp.rules,
    },
  });
  return {
    actions,
    close: opinion.close,
    judgeMcpCall: (server) => mcpJudge({ server, service: mcp.services.get(server), run, actions }),
    answerHook: async (text, signal) => {
      const call = readHookCall(text);
      if (call === undefined) return { allowed: false, reason: 'The question of the hook could not be read.' };
      const { toolCallId } = call;
      const action: AgentAction =
        call.action.kind === 'edit'
          ? { kind: 'edit', changes: await fileChanges(worktree.workDir, call.action.requests) }
          : byOwnName(call.action, mcp);
      return actions.decide({ action, toolCallId, signal });
    },
  };
}

function byOwnName<Action extends AgentAction>(action: Action, { calledOtherwise }: JudgeOptions['mcp']): Action {
  if (action.kind !== 'mcp') return action;
  return { ...action, server: calledOtherwise.get(action.server) ?? action.server };
}

/** The host's handlers, with everything that changes or starts something judged before. */
export function judgedHandlers(
  handlers: Pick<AgentHandlers, 'readTextFile' | 'writeTextFile' | 'createTerminal'>,
  { actions, worktree, signal }: { actions: RunActions; worktree: Worktree; signal: AbortSignal },
): Pick<AgentHandlers, 'readTextFile' | 'writeTextFile' | 'createTerminal'> {
  const requireAllowed = async (action: AgentAction) => {
    const answer = await actions.decideEffect({ action, signal });
    if (!answer.allowed) throw new AppError('forbidden', answer.reason);
  };
  return {
    async readTextFile(path) {
      await requireAllowed({ kind: 'read', paths: [path] });
      return handlers.readTextFile(path);
    },
    async writeTextFile(path, newText) {
      const oldText = (await presentText(worktree.workDir, path)) ?? null;
      await requireAllowed({ kind: 'edit', changes: [{ path, oldText, newText }] });
      await handlers.writeTextFile(path, newText);
    },
    async createTerminal(request) {
      await requireAllowed({ kind: 'command', command: lineOf(request), cwd: placeOf(request.cwd, '') });
      return handlers.createTerminal(request);
    },
  };
}

/** Some variables say what runs (`PATH`, `BASH_ENV`, `GIT_SSH_COMMAND`), so they are judged with what they are given to. */
function lineOf({ command, args, env }: TerminalRequest): string {
  const line = args.length === 0 ? command : shellLine([command, ...args]);
  const set = Object.entries(env).filter(([name, value]) => !isHarmless(name, value));
  if (set.length === 0) return line;
  const assigned = set.map(([name, value]) => `${name}=${value}`);
  return shellLine(['env', ...assigned, ...(args.length === 0 ? ['/bin/sh', '-c', command] : [command, ...args])]);
}

/** Agents ask programs so not to wait for a person, and to write no colours. */
const isHarmless = (name: string, value: string) =>
  /^(?:TERM|COLORTERM|NO_COLOR|FORCE_COLOR|CI|COLUMNS|LINES|LANG|LC_ALL|TZ|DEBIAN_FRONTEND|GIT_TERMINAL_PROMPT)$/.test(
    name,
  ) ||
  (/^(?:GIT_)?PAGER$/.test(name) && value === 'cat') ||
  (/^(?:GIT_)?EDITOR$/.test(name) && value === 'true');
