import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { percentile, type Bench } from './result.ts';

const repository = path.resolve(import.meta.dirname, '..');
const patienceMs = 60_000;

async function firstPage(url: string, child: ChildProcess, stderr: () => string): Promise<void> {
  const until = Date.now() + patienceMs;
  while (Date.now() < until) {
    if (child.exitCode !== null)
      throw new Error(`the server ended with code ${child.exitCode} before its first page: ${stderr()}`);
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await wait(10);
  }
  throw new Error(`no page within ${patienceMs / 1000} s: ${stderr()}`);
}

/** Starts as `npm start` does, waits for the sign-in page and stops again. @returns milliseconds to page and to exit */
async function startOnce(dataDir: string): Promise<{ pageMs: number; stopMs: number }> {
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: String(port),
    HOST: '127.0.0.1',
    ENSEMBLE_DATA: dataDir,
    ENSEMBLE_ADMIN_EMAIL: 'bench@example.com',
    ENSEMBLE_ADMIN_PASSWORD: 'a-password-for-the-benchmark',
  };
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['scripts/bootstrap.mjs', 'start'], {
    cwd: repository,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2000)));
  try {
    await firstPage(`http://127.0.0.1:${port}/sign-in`, child, () => stderr);
    const pageMs = performance.now() - startedAt;
    const stoppedAt = performance.now();
    child.kill('SIGTERM');
    await once(child, 'close');
    return { pageMs, stopMs: performance.now() - stoppedAt };
  } finally {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'close');
    }
  }
}

/** Warm start: packages, build and data folder exist already. From the command to the first page. */
export const bench: Bench = async ({ quick }) => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'ensemble-bench-'));
  try {
    const first = await startOnce(dataDir);
    const warm = [];
    for (let round = 0; round < (quick ? 2 : 5); round++) warm.push(await startOnce(dataDir));
    const figure = (name: string, samples: number[]) => ({
      name,
      unit: 'ms',
      value: percentile(samples, 0.5),
      p50: percentile(samples, 0.5),
      p95: percentile(samples, 0.95),
    });
    return [
      figure(
        'warm start to first page',
        warm.map((each) => each.pageMs),
      ),
      figure(
        'stop',
        warm.map((each) => each.stopMs),
      ),
      { name: 'first start to first page', unit: 'ms', value: first.pageMs },
    ];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
};
