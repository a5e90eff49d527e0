import { systemContext, type Context } from '../context.ts';
import type { AgentDescription } from '../core/agent-description.ts';
import { runModes } from '../core/session-event.ts';
import { startWorkers, type JobHandlers } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { log } from '../platform/log.ts';
import { notifications } from '../platform/notifications.ts';
import { removeExpired } from '../retention/remove-expired.ts';
import { claimRun, findClaimableRuns, firstQueuedRun } from '../runs/claim-run.ts';
import { recoverRuns } from '../runs/recover-runs.ts';
import { agentsOfOthers } from '../runs/list-agents.ts';
import { registerWorker, unregisterWorker } from '../runs/register-worker.ts';
import { keepCheckpoints } from '../sessions/keep-checkpoints.ts';
import { importProject } from '../workspace/import-project.ts';
import { recoverWork } from '../workspace/recover-work.ts';
import { runTask } from '../workspace/run-task.ts';
import { checkSandbox } from '../workspace/sandbox.ts';
import { changeAgent } from './change-agent.ts';
import { installationOf } from './installed-agent.ts';
import { knownAgents } from './known-agents.ts';
import { modelAvailability } from './model-availability.ts';
import { putBackEnded } from './put-back-ended.ts';
import type { AgentProfile } from './registry.ts';
import { driveRun, type DriveOptions } from './run-driver.ts';
import { modelsAvailability, type OpenRunDoor } from './run-models.ts';
import { tidyMirrors } from './tidy-mirrors.ts';
import { tidyRunWorktrees } from './tidy-worktrees.ts';

export type WorkerOptions = {
  /** Names the process for as long as it lives; never used again. */
  workerId: string;
  /** Runs at work at once. */
  concurrency?: number;
  profiles?: readonly AgentProfile[];
  limits?: DriveOptions['limits'];
  /** Opens a run's way to the gateway, which this process hosts. */
  openDoor?: OpenRunDoor;
};

export type WorkerService = {
  /** Takes nothing new, hands runs back, and resolves when nothing is at work any more. */
  stop(): Promise<void>;
};

const sweepMs = 4_000;

/** How often it looks for runs whose worker died: each costs one small query. */
const lookMs = 1_000;

/**
 * Works on what the queue holds: imports, runs and the commands of the Run panel. Jobs wake it; the rows say what is to
 * be done, and every few seconds it looks at them by itself.
 */
export async function startWorkerService(options: WorkerOptions): Promise<WorkerService> {
  const { workerId } = options;
  const ctx = systemContext('worker');
  const stopping = new AbortController();
  // Admins may name agents at any time, so the list is read anew at each look.
  let profiles = options.profiles ?? [];
  let leave: string[] = [];
  const concurrency = options.concurrency ?? 4;
  const hasRepositories = env().webUrl === undefined;
  const runs = createRunSlots({
    ...options,
    concurrency,
    stopping: stopping.signal,
    profiles: () => profiles,
    leave: () => leave,
    ctx,
  });

  const register = async () => {
    profiles = options.profiles ?? (await knownAgents(ctx));
    const agents = await describeAgents(profiles, options.openDoor);
    await registerWorker(ctx, { workerId, agents });
    leave = await agentsOfOthers(ctx, agents);
  };
  const sweep = async () => {
    await register();
    await tidyRunWorktrees(ctx);
    await putBackEnded(ctx);
    if (!hasRepositories) await tidyMirrors(ctx);
    await recoverWork();
    await runs.fill();
  };
  const sweeps = oneAtATime(sweep, stopping.signal);
  const recoveries = oneAtATime(async () => void (await recoverRuns(ctx)), stopping.signal);

  await register();
  const workers = await startWorkers({
    run: { handler: ({ runId }) => runs.take(runId), concurrency },
    ...(hasRepositories && besideRepositories(register)),
  });
  const stopLooking = await lookNowAndThen({ sweep: sweeps.now, recover: recoveries.now });

  return {
    async stop() {
      stopping.abort();
      stopLooking();
      await Promise.all([sweeps.idle(), recoveries.idle()]);
      await Promise.all([workers.stop(), runs.idle()]);
      await unregisterWorker(ctx, workerId);
    },
  };
}

/** @returns what ends it */
async function lookNowAndThen({ sweep, recover }: { sweep: () => void; recover: () => void }): Promise<() => void> {
  const listening = await notifications();
  const offs = [
    listening.onReconnect(sweep),
    // Whether an agent can run depends on what models there are.
    ...(['models_changed', 'agent_install', 'run_put_back'] as const).map((name) => listening.on(name, sweep)),
  ];
  const timers = [setInterval(sweep, sweepMs), setInterval(recover, lookMs)];
  sweep();
  return () => {
    for (const timer of timers) clearInterval(timer);
    for (const off of offs) off();
  };
}

/** Jobs that work on the repositories and other files of the installation: for processes that share its data folder. */
function besideRepositories(register: () => Promise<void>): JobHandlers {
  return {
    import: { handler: importProject },
    task: { handler: runTask, concurrency: 2 },
    agent: {
      handler: async ({ agent }, signal) => {
        await changeAgent(agent, signal);
        await register();
      },
    },
    checkpoint: { handler: keepCheckpoints },
    retention: { handler: removeExpired },
  };
}

/** One sweep at a time, and none that fails ends the service: the next one tries again. */
function oneAtATime(sweep: () => Promise<void>, stopping: AbortSignal) {
  let sweeping: Promise<void> | undefined;
  return {
    now: () => {
      if (stopping.aborted) return;
      sweeping ??= sweep()
        .catch((error: unknown) => log().error({ err: error }, 'the worker could not look for work'))
        .finally(() => (sweeping = undefined));
    },
    idle: async () => sweeping,
  };
}

type SlotOptions = Omit<WorkerOptions, 'profiles'> & {
  concurrency: number;
  stopping: AbortSignal;
  profiles: () => readonly AgentProfile[];
  /** Agents whose runs are left to other workers. */
  leave: () => readonly string[];
  ctx: Context;
};

/** The runs at work in this process, never more than its slots. */
function createRunSlots(options: SlotOptions) {
  const { ctx, workerId, stopping, limits, openDoor, profiles, leave } = options;
  const atWork = new Set<Promise<void>>();

  const profileOf: DriveOptions['profileOf'] = (name) => {
    const profile = profiles().find((candidate) => candidate.name === name);
    // Claimed runs were sent to an agent that some worker offered.
    if (!profile) throw new Error(`this worker has no agent ${name}`);
    return profile;
  };

  const start = async (runId: string): Promise<void> => {
    const run = await claimRun(ctx, { runId, workerId, leave: leave() });
    const given = { ...(limits && { limits }), ...(openDoor && { openDoor }) };
    if (run) await driveRun({ run, workerId, stopping, profileOf, ...given });
  };

  const occupy = async (runId: string): Promise<void> => {
    const work = start(runId);
    atWork.add(work);
    try {
      await work;
    } finally {
      atWork.delete(work);
    }
  };

  return {
    /** Works on the next run of this run's session, when it is its turn; resolves when that is done. */
    async take(runId: string): Promise<void> {
      if (stopping.aborted || atWork.size >= options.concurrency) return;
      const next = await firstQueuedRun(ctx, runId);
      if (next !== undefined) await occupy(next);
    },
    /** Takes runs for the free slots, whether a job told of them or not. */
    async fill(): Promise<void> {
      const free = options.concurrency - atWork.size;
      if (stopping.aborted || free <= 0) return;
      for (const runId of await findClaimableRuns(ctx, free, leave())) {
        occupy(runId).catch((error: unknown) => log().error({ err: error, runId }, 'a run could not be taken'));
      }
    },
    async idle(): Promise<void> {
      await Promise.allSettled(atWork);
    },
  };
}

/** The agents as people see them; without a working sandbox none of them can run. */
async function describeAgents(
  profiles: readonly AgentProfile[],
  openDoor: OpenRunDoor | undefined,
): Promise<AgentDescription[]> {
  const sandbox = await checkSandbox();
  const models = modelsAvailability(openDoor);
  return Promise.all(
    profiles.map(async (profile) => {
      const { name, title, description, needsModel, defaultMode } = profile;
      const modes = runModes.filter((mode) => profile.modes[mode] !== undefined);
      const wall = sandbox.ok && needsModel ? models : sandbox;
      const own = wall.ok ? await profile.available() : wall;
      const availability = own.ok && needsModel ? await modelAvailability() : own;
      const { steers = false, images = false, efforts = [] } = profile.capabilities;
      const installation = installationOf(name);
      const takes = { steers, images, efforts, remembers: profile.home === 'folder' };
      const described = { name, title, description, needsModel, modes, defaultMode, ...takes, availability };
      const custom = profile.isCustom === true && { isCustom: true };
      return { ...described, ...(installation && { installation }), ...custom };
    }),
  );
}
