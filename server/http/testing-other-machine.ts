import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { testingEnv } from '../../db/testing-data-folder.ts';

/** Workers as they are on machines of their own: processes with a data folder that nobody else has. */

/** A worker that offers the scripted agents as well. */
const scriptedWorker = `
  import { startWorkerService } from './server/agents/worker-service.ts';
  import { agentProfiles } from './server/agents/registry.ts';
  import { judgedAgent, rememberingAgent, scriptedAgent } from './server/agents/testing-run.ts';
  const workerId = 'node_' + process.pid;
  const limits = { doorAnswerMs: 1_500 };
  const agents = [scriptedAgent(), rememberingAgent(), { ...judgedAgent(), work: 'rw' }];
  await startWorkerService({ workerId, limits, profiles: [...agentProfiles(), ...agents] });
  console.log('ready');`;

export type OtherMachine = { dataDir: string; worker: ChildProcess };

export type OtherMachineOptions = { databaseUrl: string; webUrl: string; program?: 'scripted' | 'worker' };

export async function startOtherMachine(options: OtherMachineOptions): Promise<OtherMachine> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'ensemble-other-'));
  const worker = startWorkerProcess(options, dataDir);
  const machine = { dataDir, worker };
  machines.add(machine);
  await once(worker.stdout, 'data');
  return machine;
}

/** A worker with a data folder of its own that nobody told about the web process. Resolves when it has ended. */
export async function startBareWorker({
  databaseUrl,
}: {
  databaseUrl: string;
}): Promise<{ said: string; exit: unknown }> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'ensemble-bare-'));
  const worker = spawn(process.execPath, ['server/worker.ts'], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    env: testingEnv({ DATABASE_URL: databaseUrl, ENSEMBLE_ROLE: 'worker', ENSEMBLE_DATA: dataDir }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  worker.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [exit] = await once(worker, 'close');
  rmSync(dataDir, { recursive: true, force: true });
  return { said, exit };
}

const machines = new Set<OtherMachine>();

afterEach(async () => {
  for (const { worker, dataDir } of machines) {
    if (worker.exitCode === null && worker.signalCode === null) {
      worker.kill('SIGKILL');
      await once(worker, 'exit');
    }
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  }
  machines.clear();
});

function startWorkerProcess({ databaseUrl, webUrl, program = 'scripted' }: OtherMachineOptions, dataDir: string) {
  const argv = program === 'worker' ? ['server/worker.ts'] : ['--input-type=module', '-e', scriptedWorker];
  return spawn(process.execPath, argv, {
    cwd: path.resolve(import.meta.dirname, '../..'),
    env: testingEnv({
      DATABASE_URL: databaseUrl,
      ENSEMBLE_ROLE: 'worker',
      ENSEMBLE_WEB_URL: webUrl,
      ENSEMBLE_DATA: dataDir,
      LOG_LEVEL: 'warn',
    }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
