import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { childEnv, inRoot, root } from './paths.mjs';

/** A step that could not be done: what failed, why, and what to do about it. */
export class StepError extends Error {
  name = 'StepError';

  constructor(step, cause, remedy) {
    super(`${step} failed: ${cause}`);
    this.remedy = remedy;
  }
}

const live = process.stdout.isTTY === true && process.env.CI === undefined;
const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;

/** Says that a step has begun and keeps saying how long it has taken; returns what ends it. */
function announce(title) {
  const startedAt = Date.now();
  if (live) process.stdout.write(`… ${title}`);
  else console.log(`… ${title}`);
  const tick = () =>
    live
      ? process.stdout.write(`\r… ${title} (${seconds(startedAt)})`)
      : console.log(`… ${title}: still at work after ${seconds(startedAt)}`);
  const timer = setInterval(tick, live ? 500 : 30_000);
  return (mark) => {
    clearInterval(timer);
    console.log(`${live ? '\r\x1b[2K' : ''}${mark} ${title} (${seconds(startedAt)})`);
  };
}

/**
 * Runs a program as one announced step. Its output goes to a log file; when it fails, the last lines and the file are shown.
 * @throws StepError
 */
export async function step({ title, remedy, command, args, env = {}, log }) {
  const logFile = inRoot('.cache/logs', `${log}.log`);
  mkdirSync(path.dirname(logFile), { recursive: true });
  const end = announce(title);
  const outcome = await new Promise((resolve) => {
    const out = createWriteStream(logFile);
    const child = spawn(command, args, { cwd: root, env: childEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
    const finish = (result) => out.end(() => resolve(result));
    child.stdout.pipe(out, { end: false });
    child.stderr.pipe(out, { end: false });
    child.on('error', (error) => finish(`${command} could not be started (${error.message})`));
    child.on('close', (code, signal) =>
      finish(code === 0 ? undefined : `${command} ended with ${signal ?? `code ${code}`}`),
    );
  });
  end(outcome === undefined ? '✓' : '✗');
  if (outcome === undefined) return;
  const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-25);
  console.error(tail.map((line) => `  | ${line}`).join('\n'));
  throw new StepError(title, `${outcome}. The whole output is in ${path.relative(process.cwd(), logFile)}`, remedy);
}
