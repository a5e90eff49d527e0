import type { Context } from '../context.ts';
import { runFilePolicy } from '../governance/run-files.ts';
import { log } from '../platform/log.ts';
import { recordMask, type RecordMask } from '../governance/dlp/mask-record.ts';
import { appendRunEvent, storeRunText } from '../runs/append-run-event.ts';
import { maskedEvents } from './masked-events.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import { nodeMount, spawnInSandbox, type SandboxProcess } from '../workspace/sandbox.ts';
import type { Mount, SandboxOptions } from '../workspace/sandbox-arguments.ts';
import { boxFor, type Worktree } from '../workspace/worktree.ts';
import { startAgent } from './acp-host.ts';
import { agentFiles } from './agent-files.ts';
import type { AgentHandlers, PromptOutcome } from './acp-types.ts';
import { createOutputTail } from './output-tail.ts';
import type { AgentProfile, AgentStart } from './registry.ts';
import { runFiles } from './run-files.ts';
import type { RunHold } from './run-hold.ts';
import { openRunModels, type OpenRunDoor, type RunModels } from './run-models.ts';
import { runPermissions } from './run-permissions.ts';
import { runTerminals } from './run-terminals.ts';
import { startWorkClock } from './work-clock.ts';

export type RunLimits = {
  /** How long a run may work; waiting for people does not count. */
  workMs: number;
  /** How long an agent may take to stop by itself. */
  cancelMs: number;
  commandMs: number;
};

export const defaultRunLimits: RunLimits = { workMs: 30 * 60_000, cancelMs: 500, commandMs: 15 * 60_000 };

export type AgentRun = {
  run: RunRow;
  claim: RunClaim;
  profile: AgentProfile;
  worktree: Worktree;
  hold: RunHold;
  limits: RunLimits;
  prompt: string;
  /** Opens the way to models, for agents that need one. */
  openDoor: OpenRunDoor | undefined;
};

const nodeInside = '/opt/node/bin/node';

/**
 * Runs an agent on a prompt in its sandbox until it is done, is stopped, or its time is over. When this resolves, no
 * process of the run is left.
 * @throws AppError when the agent cannot be started; HoldEndedError when the hold ended before it was
 */
export async function runAgent(ctx: Context, given: AgentRun): Promise<PromptOutcome> {
  if (!given.profile.needsModel) return runInBox(ctx, given);
  const models = await openRunModels(ctx, given);
  try {
    return await runInBox(ctx, given, models);
  } finally {
    await models.close();
  }
}

async function runInBox(ctx: Context, given: AgentRun, models?: RunModels): Promise<PromptOutcome> {
  const { hold, limits, profile, run } = given;
  const commands = new AbortController();
  const terminals = runTerminals({
    worktree: given.worktree,
    mode: run.mode,
    mounts: profile.mounts(),
    signal: commands.signal,
    timeoutMs: limits.commandMs,
  });
  const clock = startWorkClock(limits.workMs);
  const start: AgentStart = { node: nodeInside, mode: run.mode, ...(models && { models: models.access }) };
  const command = profile.command(start);
  const options = await agentBox(given, { start, sockets: models?.sockets ?? [] });
  const box = spawnInSandbox(options, models ? models.throughDoor(command) : command);
  const words = collectWords(box);
  const mask = recordMask({ teamId: run.teamId, kind: 'session', id: run.sessionId });
  const events = maskedEvents(mask, async (body) => void (await appendRunEvent(ctx, given.claim, body)));
  const handlers = handlersFor(ctx, given, {
    events,
    mask,
    createTerminal: terminals.createTerminal,
    pausedFor: (waiting) => clock.pausedFor(waiting),
  });
  const starting = startAgent({
    profile,
    process: { ...box, kill: () => box.kill() },
    handlers,
    runId: run.id,
    mode: run.mode,
    sessionMeta: profile.sessionMeta(start),
    limits: { cancelTimeoutMs: limits.cancelMs },
  });
  try {
    const agent = await hold.whileHeld(starting);
    const cancel = () => void agent.cancel();
    clock.over.addEventListener('abort', cancel);
    hold.signal.addEventListener('abort', () => (hold.end() === 'cancelled' ? cancel() : box.kill()));
    if (hold.signal.aborted) cancel();
    const outcome = await agent.prompt(given.prompt);
    await events.end();
    if (!hold.signal.aborted && !clock.over.aborted) await agent.stop();
    return clock.over.aborted && outcome.state !== 'succeeded' ? tookTooLong(limits) : outcome;
  } catch (error) {
    // What was said before the failure stays; the first error is the one that tells what happened.
    await events.end().catch(() => undefined);
    throw error;
  } finally {
    clock.stop();
    commands.abort();
    box.kill();
    await Promise.allSettled([box.exited, terminals.ended()]);
    starting.then((agent) => agent.stop()).catch(() => undefined);
    if (words.text() !== '') log().debug({ runId: run.id, words: words.text() }, 'what the agent wrote to its log');
  }
}

function tookTooLong({ workMs }: RunLimits): PromptOutcome {
  const minutes = Math.round(workMs / 60_000);
  return {
    state: 'failed',
    reason: `The run worked for ${minutes} minutes, the longest it may, and was stopped. Ask for less at once.`,
  };
}

type Means = Pick<AgentHandlers, 'createTerminal'> & {
  events: ReturnType<typeof maskedEvents>;
  mask: RecordMask;
  pausedFor<T>(waiting: Promise<T>): Promise<T>;
};

function handlersFor(ctx: Context, given: AgentRun, means: Means): AgentHandlers {
  const { run, claim, worktree } = given;
  const permissions = runPermissions(ctx, claim);
  return {
    ...runFiles({ worktree, mode: run.mode, requireOpen: runFilePolicy(run) }),
    createTerminal: (request) => means.createTerminal(request),
    requestPermission: (request, signal) => means.pausedFor(permissions.requestPermission(request, signal)),
    onEvent: (body) => means.events.add(body),
    storeText: async (text) => storeRunText(ctx, run, await means.mask.mask(text)),
  };
}

/** The agent's own box: its program, and the worktree as its profile says. */
async function agentBox(
  { profile, worktree, run }: AgentRun,
  { start, sockets }: { start: AgentStart; sockets: readonly Mount[] },
): Promise<SandboxOptions> {
  const box = boxFor(worktree);
  const writable = profile.work === 'rw' && run.mode !== 'plan';
  const files = await agentFiles(profile, { worktree, start });
  return {
    work: { path: worktree.workDir, writable },
    ...(files.home !== undefined && { home: files.home }),
    readOnly: [
      ...(box.readOnly ?? []),
      ...(writable ? [] : [[worktree.gitDir, '/gitdir'] as const]),
      nodeMount(),
      ...profile.mounts(),
      ...files.mounts,
    ],
    ...(writable && box.readWrite && { readWrite: box.readWrite }),
    sockets,
    env: profile.env(start),
  };
}

function collectWords(box: SandboxProcess) {
  const words = createOutputTail(4096);
  box.stderr.on('data', (chunk: Buffer) => words.add(chunk));
  return words;
}
