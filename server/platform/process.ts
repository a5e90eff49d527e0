import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { env, searchPath } from './env.ts';

/**
 * Starts a helper program of our own (Postgres, a language worker). What is not ours runs in
 * `server/workspace/sandbox.ts`; git runs in `server/workspace/git.ts`.
 */
export function startHelper(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(command, args, options);
}

export type HelperResult = { code: number | null; signal: NodeJS.Signals | null; output: string };

/** The little that a helper gets to know of our environment. */
export function helperEnv(): NodeJS.ProcessEnv {
  return { PATH: searchPath(), LC_ALL: 'C.UTF-8', NODE_ENV: env().mode };
}

/** Runs a helper to its end; `output` is what it printed on both streams, at most the last 64 KB. */
export async function runHelper(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<HelperResult> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-65_536);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, output }));
  });
}
