import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { changeAgent } from '../agents/change-agent.ts';
import { installationOf } from '../agents/installed-agent.ts';
import { installAgentFiles, removeAgentFiles } from '../agents/install-files.ts';
import { agentPins, isPinned, pinnedAgents, type PinnedAgent } from '../agents/pins.ts';
import type { Context } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { findAgentChange } from '../runs/agents/queries.ts';
import { queueAgentChange } from '../runs/agents/request-agent-change.ts';
import { UsageError, type Command, type CommandIo, type ExitCode } from './command.ts';
import { hasInstallation, withDatabase } from './with-database.ts';

/** Agents of others in the data folder. */

const megabytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MB`;

export const agentsList: Command = {
  usage: 'agents list [--json]',
  does: 'lists the agents of others that can be installed, and which are',
  run(words, io) {
    const { values } = parseArgs({ args: words, options: { json: { type: 'boolean', default: false } } });
    const listed = pinnedAgents.map((name) => ({ name, ...installationOf(name) }));
    if (values.json) io.write(JSON.stringify(listed));
    else
      for (const { name, state = '', version = '', sizeBytes = 0, licence = '' } of listed)
        io.write(
          `${name.padEnd(12)} ${state.padEnd(10)} ${version.padEnd(10)} ${megabytes(sizeBytes).padEnd(8)} ${licence}`,
        );
    return Promise.resolve(0);
  },
};

export const agentsInstall: Command = {
  usage: 'agents install NAME',
  does: 'installs an agent of others into the data folder, in the pinned version',
  run: (words, io) => change(words, io, 'install'),
};

export const agentsUninstall: Command = {
  usage: 'agents uninstall NAME',
  does: 'removes an agent of others from the data folder',
  run: (words, io) => change(words, io, 'uninstall'),
};

async function change(words: string[], io: CommandIo, wish: 'install' | 'uninstall'): Promise<ExitCode> {
  const { positionals } = parseArgs({ args: words, allowPositionals: true, options: {} });
  const [agent = '', ...more] = positionals;
  if (!isPinned(agent) || more.length > 0)
    throw new UsageError(`Name one agent to ${wish}: ${pinnedAgents.join(', ')}. Usage: ensemble agents ${wish} NAME`);
  const { version, licence, sizeBytes } = agentPins[agent];
  if (wish === 'install') io.write(`${agent} ${version}, ${megabytes(sizeBytes)}. Licence: ${licence}.`);
  if (!hasInstallation()) return changeFiles(agent, wish, io);
  return withDatabase(async (ctx) => {
    await queueAgentChange(ctx, { agent, version, wish });
    const code = await follow(ctx, agent, io);
    await closeQueue();
    return code;
  });
}

/** Before an installation's first start (in an image, say) there is nobody to agree with and no log to write to. */
async function changeFiles(agent: PinnedAgent, wish: 'install' | 'uninstall', io: CommandIo): Promise<ExitCode> {
  if (wish === 'uninstall') await removeAgentFiles(agent);
  else {
    let told = 0;
    const onProgress = (done: number, of: number) => {
      if (done - told < of / 10) return;
      told = done;
      io.write(`${megabytes(done)} of ${megabytes(of)}`);
    };
    await installAgentFiles(agent, { onProgress });
  }
  io.write('Done.');
  return 0;
}

/** Does the work here, unless a worker was faster, and tells how far it is. */
async function follow(ctx: Context, agent: string, io: CommandIo): Promise<ExitCode> {
  const stop = new AbortController();
  const working = changeAgent(agent, stop.signal, ctx);
  let told = '';
  for (;;) {
    const row = await findAgentChange(ctx, agent);
    if (row?.state === 'done') break;
    if (row?.state === 'failed') {
      await working;
      io.write(row.error ?? '');
      return 1;
    }
    if (row?.progress && row.progress !== told) io.write((told = row.progress));
    await pause(500);
  }
  await working;
  io.write('Done.');
  return 0;
}
