import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { inRoot } from './paths.mjs';

const lockFile = inRoot('.cache/bootstrap.lock');

function take() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Whether the process that wrote the lock still lives; a lock without a readable owner is not older than its writing. */
function isHeld() {
  try {
    const owner = Number(readFileSync(lockFile, 'utf8'));
    if (!Number.isInteger(owner) || owner <= 0) return true;
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs `work` while no other bootstrap of this folder installs or builds; a lock left by a dead process is taken over. */
export async function withLock(work) {
  mkdirSync(path.dirname(lockFile), { recursive: true });
  let told = false;
  while (!take()) {
    if (!isHeld()) {
      rmSync(lockFile, { force: true });
      continue;
    }
    if (!told) console.log('… Waiting for another command that installs or builds in this folder');
    told = true;
    await wait(500);
  }
  const release = () => rmSync(lockFile, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}
