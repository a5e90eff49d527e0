import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { inRoot } from './paths.mjs';

const lockFile = inRoot('.cache/bootstrap.lock');
/** The holder touches the file this often; left alone for six times as long, it belongs to nobody. */
const touchMs = 2_500;

function take() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** A holder that died leaves its file; after a restart of the machine its number may be another process's. */
function isHeld() {
  try {
    const owner = Number(readFileSync(lockFile, 'utf8'));
    const touchedAgoMs = Date.now() - statSync(lockFile).mtimeMs;
    return touchedAgoMs < 6 * touchMs && (owner === 0 || lives(owner));
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
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
  const touching = setInterval(() => utimesSync(lockFile, new Date(), new Date()), touchMs);
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    process.removeListener('exit', release);
    release();
  }
}
