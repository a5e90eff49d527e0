import { systemContext, type Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { log } from '../platform/log.ts';
import { claimAgentChange, endAgentChange, noteAgentProgress, type AgentChange } from '../runs/agents/agent-change.ts';
import { serverOfChange } from '../runs/mcp/queue-mcp-change.ts';
import { installAgentFiles, removeAgentFiles } from './install-files.ts';
import type { InstallOptions } from './install-package.ts';
import { changeMcpFiles } from './mcp/change-mcp-files.ts';
import { agentPins, isPinned } from './pins.ts';

const heartbeatMs = 2_000;

/** Does what is asked for an agent of others, unless another process does it. Resolves when it has ended, well or not. */
export async function changeAgent(
  agent: string,
  signal: AbortSignal,
  ctx: Context = systemContext('worker'),
): Promise<void> {
  const change = await claimAgentChange(ctx, agent);
  if (!change) return;
  let progress = '';
  const note = () =>
    noteAgentProgress(ctx, change, progress).catch((error: unknown) =>
      log().warn({ err: error, agent }, 'the progress of an installation could not be noted'),
    );
  const beat = setInterval(() => void note(), heartbeatMs);
  try {
    const say = (words: string) => {
      progress = words;
      void note();
    };
    await work(ctx, change, {
      signal,
      onProgress: (done, of) => say(`${inMegabytes(done)} of ${inMegabytes(of)} MB`),
    });
    await endAgentChange(ctx, change, { state: 'done' });
  } catch (error) {
    await endAgentChange(
      ctx,
      change,
      signal.aborted ? { state: 'again' } : { state: 'failed', error: wordsOf(error, agent) },
    );
  } finally {
    clearInterval(beat);
  }
}

async function work(
  ctx: Context,
  { agent, version, wish }: AgentChange,
  options: InstallOptions & { signal: AbortSignal },
): Promise<void> {
  const server = serverOfChange(agent);
  if (server !== undefined) return changeMcpFiles(ctx, { name: server, wish }, options);
  if (!isPinned(agent)) throw new AppError('unsupported', `This version of Ensemble does not know the agent ${agent}.`);
  if (wish === 'uninstall') return removeAgentFiles(agent);
  if (agentPins[agent].version !== version)
    throw new AppError(
      'conflict',
      `Version ${version} was asked for, and this worker installs ${agentPins[agent].version}. Install it again.`,
    );
  await installAgentFiles(agent, options);
}

const inMegabytes = (bytes: number) => Math.round(bytes / 1024 ** 2);

function wordsOf(error: unknown, agent: string): string {
  if (isAppError(error)) return error.message;
  log().error({ err: error, agent }, 'an agent could not be installed or uninstalled');
  return `Ensemble met a fault it did not expect. An admin finds the cause in the log under the agent ${agent}.`;
}
