import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { singleton } from '../platform/singleton.ts';
import type { SandboxLimits } from './sandbox-arguments.ts';
import { readOrEmpty } from './sandbox-watch.ts';

/**
 * Control groups, where the server may make them: the kernel then holds the number of processes and the memory of the
 * whole box. Where it may not, the watch in sandbox-watch.ts stands in.
 */
export type BoxGroup = {
  /** Whether the kernel holds the memory limit. */
  holdsMemory: boolean;
  add: (pid: number) => void;
  /** Whether a process of the box was ended for want of memory. */
  ranOutOfMemory: () => boolean;
  remove: () => void;
};

const mountPoint = '/sys/fs/cgroup';
const groupPrefix = 'ensemble-';

/** Makes a group for one box, or undefined when this host does not let us. */
export function createBoxGroup(name: string, limits: SandboxLimits): BoxGroup | undefined {
  const pids = makeGroup('pids', name, { 'pids.max': String(limits.processes) });
  const memory = makeGroup('memory', name, { 'memory.limit_in_bytes': String(limits.memoryBytes) });
  const folders = [pids, memory].filter((folder) => folder !== undefined);
  if (folders.length > 0) return boxGroup(folders, memory && path.join(memory, 'memory.oom_control'));
  const unified = makeGroup('', name, {
    'pids.max': String(limits.processes),
    'memory.max': String(limits.memoryBytes),
  });
  return unified === undefined ? undefined : boxGroup([unified], path.join(unified, 'memory.events'));
}

function boxGroup(folders: readonly string[], memoryEvents: string | undefined): BoxGroup {
  return {
    holdsMemory: memoryEvents !== undefined,
    add: (pid) => {
      for (const folder of folders) writeFileSync(path.join(folder, 'cgroup.procs'), String(pid));
    },
    ranOutOfMemory: () => memoryEvents !== undefined && /^oom_kill [1-9]/m.test(readOrEmpty(memoryEvents)),
    remove: () => {
      for (const folder of folders) removeGroup(folder);
    },
  };
}

/** A group below the server's own, so that limits set on the server hold for its boxes as well. */
function makeGroup(controller: string, name: string, limits: Record<string, string>): string | undefined {
  const own = ownGroup(controller);
  if (own === undefined) return undefined;
  const folder = path.join(own, `${groupPrefix}${process.pid}-${name}`);
  try {
    accessSync(own, constants.W_OK);
    removeLeftGroups(own);
    mkdirSync(folder);
  } catch {
    return undefined; // not ours to divide: the usual case for an ordinary user
  }
  try {
    for (const [file, value] of Object.entries(limits)) writeFileSync(path.join(folder, file), value);
    return folder;
  } catch {
    removeGroup(folder); // the controller is not given to us
    return undefined;
  }
}

function ownGroup(controller: string): string | undefined {
  const root = path.join(mountPoint, controller);
  if (controller === '' && !existsSync(path.join(mountPoint, 'cgroup.controllers'))) return undefined;
  const line = readOrEmpty('/proc/self/cgroup')
    .split('\n')
    .find((text) => (controller === '' ? text.startsWith('0::') : text.split(':')[1]?.split(',').includes(controller)));
  if (line === undefined) return undefined;
  const own = path.join(root, line.split(':').slice(2).join(':'));
  return existsSync(own) ? own : undefined;
}

/** The kernel lets go of a group a moment after its last process; what stays is removed by the next server that starts. */
function removeGroup(folder: string, attemptsLeft = 5): void {
  try {
    rmdirSync(folder);
  } catch {
    if (attemptsLeft > 0) setTimeout(() => removeGroup(folder, attemptsLeft - 1), 200).unref();
  }
}

/** Once in the life of this process: groups that an earlier one left. Those in use cannot be removed. */
function removeLeftGroups(parent: string): void {
  const cleaned = singleton('sandbox-groups-cleaned', () => new Set<string>());
  if (cleaned.has(parent)) return;
  cleaned.add(parent);
  for (const name of readdirSync(parent).filter(isLeftGroup)) removeGroup(path.join(parent, name), 0);
}

/** Whether a group belongs to a process that is gone. One of a live process may be empty only because it is new. */
export function isLeftGroup(name: string): boolean {
  if (!name.startsWith(groupPrefix)) return false;
  const pid = /^(\d+)-/.exec(name.slice(groupPrefix.length))?.[1];
  return pid === undefined || !existsSync(`/proc/${pid}`);
}
