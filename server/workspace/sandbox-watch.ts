import { readdirSync, readFileSync } from 'node:fs';
import { opendir, lstat, statfs } from 'node:fs/promises';
import path from 'node:path';

/** What all processes below one process hold: memory in bytes, and their number. */
export type TreeUse = { memoryBytes: number; processes: number };

const pageSizeBytes = 4096;

/**
 * Walks a process and its descendants. Resident pages are cheap to read but count shared ones several times; only when
 * they pass `exactAboveBytes` the proportional share is read instead.
 */
export function measureTree(pid: number, exactAboveBytes: number): TreeUse {
  const pids = descendants(pid);
  const resident = pids.reduce((sum, each) => sum + residentBytes(each), 0);
  const memoryBytes = resident > exactAboveBytes ? pids.reduce((sum, each) => sum + shareBytes(each), 0) : resident;
  return { memoryBytes, processes: pids.length };
}

function descendants(pid: number): number[] {
  const found: number[] = [];
  const waiting = [pid];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    found.push(next);
    for (const thread of listOrEmpty(`/proc/${next}/task`)) {
      const children = readOrEmpty(`/proc/${next}/task/${thread}/children`);
      waiting.push(
        ...children
          .split(' ')
          .filter((child) => child !== '')
          .map(Number),
      );
    }
  }
  return found;
}

function residentBytes(pid: number): number {
  return Number(readOrEmpty(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * pageSizeBytes;
}

function shareBytes(pid: number): number {
  const share = /^Pss:\s+(\d+)/m.exec(readOrEmpty(`/proc/${pid}/smaps_rollup`))?.[1];
  return share === undefined ? residentBytes(pid) : Number(share) * 1024;
}

/** A file of /proc. A process may end between two reads, and then there is nothing to read. */
export function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function listOrEmpty(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export type DiskUse = { bytes: number; files: number };

/** Counts a folder's blocks and entries without following links; stops early once either limit is passed. */
export async function measureFolder(folder: string, limit: DiskUse): Promise<DiskUse> {
  const use: DiskUse = { bytes: 0, files: 0 };
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const entries = await opendir(next).catch(() => undefined); // gone or closed to us since it was listed
    if (!entries) continue;
    const seen: Promise<void>[] = [];
    const parent = next;
    for await (const entry of entries) {
      if (entry.isDirectory()) waiting.push(path.join(parent, entry.name));
      seen.push(addEntry(use, path.join(parent, entry.name)));
      if (seen.length >= 64) await Promise.all(seen.splice(0));
    }
    await Promise.all(seen);
    if (use.bytes > limit.bytes || use.files > limit.files) break;
  }
  return use;
}

async function addEntry(use: DiskUse, file: string): Promise<void> {
  const stat = await lstat(file).catch(() => undefined);
  use.files += 1;
  use.bytes += (stat?.blocks ?? 0) * 512;
}

/**
 * A check, to be called every second or so, whether a folder has outgrown its limit. The walk is dear, so it is made only
 * when the whole file system has taken in enough since the last walk for the limit to be within reach.
 */
export function folderWatch(folder: string, limit: DiskUse): () => Promise<boolean> {
  let reach: { blocksFree: number; filesFree: number } | undefined;
  return async () => {
    const now = await statfs(folder);
    const bytesFree = now.bavail * now.bsize;
    if (reach && bytesFree > reach.blocksFree && now.ffree > reach.filesFree) return false;
    const use = await measureFolder(folder, limit);
    const isOutgrown = use.bytes > limit.bytes || use.files > limit.files;
    // Others write to the same disk, and may free what the box takes: look again after half the way.
    reach = isOutgrown
      ? undefined
      : {
          blocksFree: bytesFree - (limit.bytes - use.bytes) / 2,
          filesFree: now.ffree - (limit.files - use.files) / 2,
        };
    return isOutgrown;
  };
}
