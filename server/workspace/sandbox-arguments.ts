import { lstatSync, readlinkSync } from 'node:fs';

/** A path of the host and where it appears inside. */
export type Mount = readonly [host: string, inside: string];

export type SandboxLimits = {
  /** Processes and threads. */
  processes: number;
  openFiles: number;
  /** The largest single file. */
  fileSizeBytes: number;
  /** Private memory of one process. Node needs 1 GiB. */
  dataBytes: number;
  /** Memory of all processes of the box together. */
  memoryBytes: number;
  /** Use of disk below each folder that is writable inside, and the number of files there. */
  diskBytes: number;
  diskFiles: number;
};

export const defaultLimits: SandboxLimits = {
  processes: 256,
  openFiles: 4096,
  fileSizeBytes: 1024 ** 3,
  dataBytes: 4 * 1024 ** 3,
  memoryBytes: 4 * 1024 ** 3,
  diskBytes: 8 * 1024 ** 3,
  diskFiles: 1_000_000,
};

export type SandboxOptions = {
  /** The folder at /work, which is also the first current folder. */
  work?: { path: string; writable: boolean };
  /** The folder at /home/agent. Left out: a small one in memory. */
  home?: string;
  readOnly?: readonly Mount[];
  readWrite?: readonly Mount[];
  /** Unix sockets of ours: the box's only ways out. */
  sockets?: readonly Mount[];
  /** No secrets: whoever runs inside can read them. */
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  limits?: Partial<SandboxLimits>;
  timeoutMs?: number;
  /**
   * How long its folders may be too large, at most twice their limit, before the box is ended: for a box beside others that write the
   * same folders, which are ended first. Not at all if not given.
   */
  overfullMs?: number;
  /** The size of /tmp, which lives in memory; 256 MiB if not given. */
  tmpSizeBytes?: number;
  signal?: AbortSignal;
};

const homeSizeBytes = 64 * 1024 * 1024;
const defaultTmpSizeBytes = 256 * 1024 * 1024;

/** What of the host's /etc programs need to start and to check certificates. */
const systemFiles = [
  '/etc/alternatives',
  '/etc/ssl/certs',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/nsswitch.conf',
  '/etc/localtime',
];

/** Own namespaces for everything, no capability, no further user namespace, an environment from nothing. */
const isolation = [
  '--unshare-user',
  '--unshare-ipc',
  '--unshare-pid',
  '--unshare-net',
  '--unshare-uts',
  '--unshare-cgroup-try',
  '--disable-userns',
  '--assert-userns-disabled',
  '--die-with-parent',
  '--new-session',
  '--cap-drop=ALL',
  '--hostname=sandbox',
  '--clearenv',
  '--uid=1000',
  '--gid=1000',
].flatMap((argument) => argument.split('='));

const sharedMemorySizeBytes = 64 * 1024 * 1024;

/** The second mount closes /proc/sys/kernel/core_pattern, which is writable inside when the server runs as root. */
const kernelFolders = ['--proc', '/proc', '--ro-bind', '/proc/sys', '/proc/sys', '--dev', '/dev'];
const sharedMemory = ['--size', String(sharedMemorySizeBytes), '--tmpfs', '/dev/shm'];

/** The folders between the mounts lie in memory without a size of their own: what is written there counts to no process. */
const closedFolders = ['--remount-ro', '/dev', '--remount-ro', '/'];

/**
 * The arguments of bwrap: an allow-list of mounts and nothing else of the host. Handed over by file descriptor, so that
 * neither `ps` nor the box sees paths of the host.
 */
export function bwrapArguments(options: SandboxOptions): string[] {
  const work = options.work;
  const list = [...isolation, ...systemFolders(), ...kernelFolders, ...sharedMemory];
  for (const file of systemFiles) list.push('--ro-bind-try', file, file);
  list.push('--size', String(options.tmpSizeBytes ?? defaultTmpSizeBytes), '--tmpfs', '/tmp');
  if (options.home === undefined) list.push('--size', String(homeSizeBytes), '--tmpfs', '/home/agent');
  else list.push('--bind', options.home, '/home/agent');
  list.push('--dir', '/run', '--dir', '/opt');
  list.push(...binds('--ro-bind', options.readOnly), ...binds('--bind', options.readWrite));
  if (work) list.push(work.writable ? '--bind' : '--ro-bind', work.path, '/work');
  list.push(...binds('--ro-bind', options.sockets));
  list.push(...closedFolders);
  list.push('--chdir', options.cwd ?? (work ? '/work' : '/'));
  for (const [name, value] of Object.entries(environmentInside(options.env))) list.push('--setenv', name, value);
  return list;
}

function binds(option: '--bind' | '--ro-bind', mounts: readonly Mount[] = []): string[] {
  return mounts.flatMap(([host, inside]) => [option, host, inside]);
}

function environmentInside(extra: SandboxOptions['env']): Record<string, string> {
  return {
    PATH: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin',
    HOME: '/home/agent',
    TMPDIR: '/tmp',
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    GIT_CONFIG_NOSYSTEM: '1',
    ...extra,
  };
}

/** /usr, and beside it /bin, /lib and the like as the host has them: links into /usr, or folders of their own. */
function systemFolders(): string[] {
  const beside = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'].flatMap((name) => {
    const folder = `/${name}`;
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (!found) return [];
    return found.isSymbolicLink() ? ['--symlink', readlinkSync(folder), folder] : ['--ro-bind', folder, folder];
  });
  return ['--ro-bind', '/usr', '/usr', ...beside];
}

/** The limits that the kernel holds for each process; run inside, where processes are counted for this box alone. */
export function prlimitArguments(limits: SandboxLimits): string[] {
  return [
    '/usr/bin/prlimit',
    `--nproc=${limits.processes}`,
    `--nofile=${limits.openFiles}`,
    `--fsize=${limits.fileSizeBytes}`,
    `--data=${limits.dataBytes}`,
    '--core=0',
    '--',
  ];
}
