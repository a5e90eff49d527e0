import path from 'node:path';
import type { Context } from '../context.ts';
import { runFilePolicy } from '../governance/run-files.ts';
import { log } from '../platform/log.ts';
import { recordMask, type RecordMask } from '../governance/dlp/mask-record.ts';
import { appendRunEvent, storeRunText } from '../runs/append-run-event.ts';
import { watchRunFiles } from './live-files.ts';
import { maskedEvents } from './masked-events.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import { nodeMount, spawnInSandbox, type SandboxExit, type SandboxProcess } from '../workspace/sandbox.ts';
import type { SandboxLimits, SandboxOptions } from '../workspace/sandbox-arguments.ts';
import { boxFor, type Worktree } from '../workspace/worktree.ts';
import { startAgent } from './acp-host.ts';
import type { AgentHandlers, PromptOutcome, RunningAgent, TerminalRequest } from './acp-types.ts';
import type { OpenedSession } from './acp-session.ts';
import { agentFiles } from './agent-files.ts';
import { openFilesKeeper, type FilesKeeper } from './files-keeper.ts';
import { createOutputTail } from './output-tail.ts';
import { policyAnswerMs, policyHookCommand, policyHookMounts } from './policy-hook.ts';
import { openPolicySocket, type PolicySocket } from './policy-socket.ts';
import type { AgentProfile, AgentStart } from './registry.ts';
import { promptParts } from './prompt-parts.ts';
import { runFiles } from './run-files.ts';
import { giveInstructions } from './run-instructions.ts';
import { openMcpDoors, type McpRelay } from './mcp/mcp-doors.ts';
import { giveMcpServers } from './run-mcp.ts';
import type { RunHold } from './run-hold.ts';
import { openRunModels, type OpenRunDoor, type RunModels } from './run-models.ts';
import { judgedHandlers, openRunJudge, type RunJudge } from './run-judge.ts';
import { deliverSteers } from './run-steers.ts';
import { runTerminals } from './run-terminals.ts';
import { stopWords } from './stop-words.ts';
import { tellUndos } from './tell-undos.ts';
import { startWorkClock, type WorkClock } from './work-clock.ts';

export type RunLimits = {
  /** How long a run may work; waiting for people does not count. */
  workMs: number;
  /** How long an agent may take to stop by itself. */
  cancelMs: number;
  commandMs: number;
  /** How long people have to answer what an agent asks. */
  answerMs: number;
  /** How long a model has to give a second opinion. */
  opinionMs: number;
  /** What its boxes may use, each; the sandbox's own limits where nothing is said. */
  box?: Partial<SandboxLimits>;
};

export const defaultRunLimits: RunLimits = {
  workMs: 30 * 60_000,
  cancelMs: 500,
  commandMs: 15 * 60_000,
  answerMs: policyAnswerMs,
  opinionMs: 8_000,
};

export type AgentRun = {
  run: RunRow;
  claim: RunClaim;
  profile: AgentProfile;
  worktree: Worktree;
  /** What its files were at the start. */
  filesCommit: string;
  hold: RunHold;
  limits: RunLimits;
  /** The agent's own name of the session to go on with. */
  resume: string | undefined;
  /** The words of the turn, once it is known what the agent remembers. */
  prompt: (session: OpenedSession) => Promise<string>;
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
  const { profile, run, claim, worktree, limits } = given;
  const mask = recordMask({ teamId: run.teamId, kind: 'session', id: run.sessionId });
  const events = maskedEvents(mask, async (body) => void (await appendRunEvent(ctx, claim, body)));
  const clock = startWorkClock(limits.workMs);
  const pausedFor = <T>(waiting: Promise<T>) => clock.pausedFor(waiting);
  const mcp = await given.hold.whileHeld(giveMcpServers(ctx, given));
  const opened: { close(): Promise<void> }[] = [];
  const open = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    const means = await opening;
    opened.push(means);
    return means;
  };
  try {
    const isKept = !profile.isProgram && run.mode !== 'plan';
    const keeper = isKept
      ? await open(openFilesKeeper(ctx, { claim, worktree, signal: given.hold.signal }))
      : undefined;
    const { answerMs, opinionMs } = limits;
    const judged = { run, claim, worktree, filesCommit: given.filesCommit, mask, pausedFor, answerMs, opinionMs, mcp };
    const judge = openRunJudge(ctx, { ...judged, openDoor: given.openDoor, keep: keeper?.keep });
    opened.push(judge);
    const models = profile.needsModel ? await open(openRunModels(ctx, given)) : undefined;
    const policy = profile.isProgram ? undefined : await open(openPolicySocket(run.id, judge.answerHook));
    opened.push(watchRunFiles(ctx, { ...given, mask }));
    const { relays } = await open(
      openMcpDoors(mcp.servers, { folder: path.join(worktree.root, 'files'), judge: judge.judgeMcpCall }),
    );
    return await runInBox(ctx, given, { models, policy, mcpServers: relays, mask, events, clock, judge, keeper });
  } finally {
    clock.stop();
    // What was said before a failure stays; the first error is the one that tells what happened.
    await events.end().catch(() => undefined);
    await Promise.all(opened.map((means) => means.close()));
  }
}

/** What a run works with besides its box. */
type RunMeans = {
  models: RunModels | undefined;
  /** The socket on which the agent asks before each tool; a program of ours has none. */
  policy: PolicySocket | undefined;
  mcpServers: readonly McpRelay[];
  mask: RecordMask;
  events: ReturnType<typeof maskedEvents>;
  clock: WorkClock;
  judge: RunJudge;
  keeper: FilesKeeper | undefined;
};

async function runInBox(ctx: Context, given: AgentRun, means: RunMeans): Promise<PromptOutcome> {
  const { hold, limits, profile, run } = given;
  const { models, clock, events } = means;
  const commands = new AbortController();
  const terminals = runTerminals({
    worktree: given.worktree,
    mode: run.mode,
    mounts: profile.mounts(),
    signal: commands.signal,
    timeoutMs: limits.commandMs,
    ...(limits.box && { limits: limits.box }),
  });
  const instructions = profile.isProgram ? '' : await giveInstructions(ctx, given);
  const start = { ...startOf(run, means), instructions };
  const command = profile.command(start);
  const box = spawnInSandbox(await agentBox(given, { ...means, start }), models?.throughDoor(command) ?? command);
  const words = collectWords(box);
  const handlers = handlersFor(ctx, given, {
    ...means,
    createTerminal: terminals.createTerminal,
    signal: AbortSignal.any([hold.signal, commands.signal]),
  });
  const starting = startAgent({
    profile,
    process: { ...box, exited: box.exited.then((exit) => inWords(exit, limits)), kill: () => box.kill() },
    handlers,
    runId: run.id,
    mode: run.mode,
    sessionMeta: profile.sessionMeta(start),
    mcpServers: means.mcpServers,
    resume: given.resume,
    limits: { cancelTimeoutMs: limits.cancelMs },
  });
  try {
    const agent = await hold.whileHeld(starting);
    const cancel = () => void agent.cancel();
    clock.over.addEventListener('abort', cancel);
    hold.signal.addEventListener('abort', () => (hold.end() === 'cancelled' ? cancel() : box.kill()));
    const isOver = () => hold.signal.aborted || clock.over.aborted;
    const outcome = await takeTurn(ctx, { ...given, ...means, agent, isOver });
    await events.end();
    if (!isOver()) await agent.stop();
    return clock.over.aborted && outcome.state !== 'succeeded' ? tookTooLong(limits) : outcome;
  } finally {
    commands.abort();
    box.kill();
    await Promise.allSettled([box.exited, terminals.ended()]);
    starting.then((agent) => agent.stop()).catch(() => undefined);
    if (words.text() !== '') log().debug({ runId: run.id, words: words.text() }, 'what the agent wrote to its log');
  }
}

type Turn = AgentRun & Pick<RunMeans, 'events' | 'keeper'> & { agent: RunningAgent; isOver: () => boolean };

async function takeTurn(
  ctx: Context,
  { run, claim, prompt, agent, events, keeper, isOver }: Turn,
): Promise<PromptOutcome> {
  const words = await prompt(agent.session);
  const parts = await promptParts(ctx, run);
  await events.add({ type: 'agent_ready', runId: run.id });
  const answer = agent.prompt(words, parts);
  // What ended the turn before it began could not be cancelled then.
  if (isOver()) void agent.cancel();
  const endUndos = tellUndos(ctx, { claim, agent, keeper });
  const endSteers = await deliverSteers(ctx, { claim, agent });
  const outcome = await answer;
  await Promise.all([endSteers(), endUndos()]);
  return outcome;
}

function startOf({ mode }: RunRow, { models, policy, mcpServers }: RunMeans): AgentStart {
  const access = models && { models: models.access };
  const hook = policy && { policyHook: policyHookCommand };
  return { node: nodeInside, mode, ...access, ...hook, mcpServers };
}

/** Why a box was stopped, for people. */
function inWords(
  { reason, ...exit }: SandboxExit,
  limits: RunLimits,
): { code: number | null; signal: string | null; reason?: string } {
  return { ...exit, ...(reason && { reason: stopWords(reason, limits.box) }) };
}

function tookTooLong({ workMs }: RunLimits): PromptOutcome {
  const minutes = Math.round(workMs / 60_000);
  return {
    state: 'failed',
    reason: `The run worked for ${minutes} minutes, the longest it may, and was stopped. Ask for less at once.`,
  };
}

type HandlerMeans = RunMeans &
  Pick<AgentHandlers, 'createTerminal'> & {
    /** Aborts when nobody waits for an answer any more. */
    signal: AbortSignal;
  };

function handlersFor(ctx: Context, given: AgentRun, means: HandlerMeans): AgentHandlers {
  const { run, worktree, profile } = given;
  const { actions } = means.judge;
  const plain = {
    ...runFiles({ worktree, mode: run.mode, requireOpen: runFilePolicy(run) }),
    createTerminal: (request: TerminalRequest) => means.createTerminal(request),
  };
  return {
    ...(profile.isProgram ? plain : judgedHandlers(plain, { actions, worktree, signal: means.signal })),
    requestPermission: async (request, signal) => {
      const answer = await actions.decide({ ...request, signal });
      return answer.allowed ? { decision: 'allow' } : { decision: 'deny', reason: answer.reason };
    },
    onEvent: (body) => means.events.add(body),
    storeText: async (text) => storeRunText(ctx, run, await means.mask.mask(text)),
  };
}

/** A command that filled the worktree is ended first; then the agent has so long to make room. */
const tidyingMs = 10_000;

/** The agent's own box: its program, and the worktree as its profile says. */
async function agentBox(
  { profile, worktree, run, limits }: AgentRun,
  { models, policy, mcpServers, start }: RunMeans & { start: AgentStart },
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
      ...mcpServers.flatMap(({ mounts }) => mounts),
      ...(policy ? policyHookMounts() : []),
    ],
    ...(writable && box.readWrite && { readWrite: box.readWrite }),
    sockets: [...(models?.sockets ?? []), ...(policy ? [policy.mount] : []), ...mcpServers.map(({ socket }) => socket)],
    env: profile.env(start),
    overfullMs: tidyingMs,
    ...(limits.box && { limits: limits.box }),
  };
}

function collectWords(box: SandboxProcess) {
  const words = createOutputTail(4096);
  box.stderr.on('data', (chunk: Buffer) => words.add(chunk));
  return words;
}
