import { spawn } from 'node:child_process';
import { childEnv, root } from './paths.mjs';
import { pinnedNode } from './packages.mjs';

/**
 * Runs a file of the repository under the pinned Node in this process's place: it gets our terminal and our signals,
 * and its exit code becomes ours. Resolves when it has ended.
 */
export async function handOver(file, args, { env = {}, cwd = root, flags = [] } = {}) {
  const child = spawn(pinnedNode(), [...flags, file, ...args], { cwd, env: childEnv(env), stdio: 'inherit' });
  forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

/** Ctrl-C on a terminal reaches the child by itself; forwarding it would look like a second, impatient one. */
function forwardSignals(child) {
  const pass = (signal) => () => child.kill(signal);
  process.on('SIGTERM', pass('SIGTERM'));
  process.on('SIGHUP', pass('SIGTERM'));
  process.on('SIGINT', process.stdin.isTTY === true ? () => undefined : pass('SIGINT'));
}
