import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, openSync, readdirSync, realpathSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { AppError } from '../core/errors.ts';
import { searchPath } from '../platform/env.ts';
import { singleton } from '../platform/singleton.ts';
import {
  bwrapArguments,
  defaultLimits,
  prlimitArguments,
  type Mount,
  type SandboxLimits,
  type SandboxOptions,
} from './sandbox-arguments.ts';
import { createBoxGroup, type BoxGroup } from './sandbox-cgroup.ts';
import { folderWatch, measureTree, readOrEmpty } from './sandbox-watch.ts';
import { seccompFilter } from './seccomp.ts';

/**
 * The only place that starts what is not ours: agents, commands of people, and git where agents wrote. One box is one set of
 * namespaces made by bubblewrap; without bubblewrap nothing is started. See docs/security.md, "The box".
 */

export type StopReason = 'timeout' | 'cancelled' | 'output-limit' | 'memory' | 'disk' | 'processes';

export type SandboxExit = { code: number | null; signal: NodeJS.Signals | null; reason?: StopReason };

export type SandboxProcess = {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Resolves when no process of the box is left. `reason` is there when the box was stopped from outside. */
  exited: Promise<SandboxExit>;
  /** Ends every process of the box. */
  kill: (reason?: StopReason) => void;
};

const watchIntervalMs = 1000;

const missing = {
  reason: 'bubblewrap (bwrap) is not installed on the server, so nothing of agents and commands can run.',
  fix: 'Ask an administrator to install it, for example with: apt-get install bubblewrap',
};

/** Where bubblewrap is, or undefined. */
export function findBwrap(): string | undefined {
  const candidates = ['/usr/bin', ...searchPath().split(':')].map((folder) => path.join(folder, 'bwrap'));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The folder with the running Node, which is first in the PATH inside. */
export function nodeMount(): Mount {
  return [path.dirname(realpathSync(process.execPath)), '/opt/node/bin'];
}

/**
 * Starts a program in a box of its own.
 * @throws AppError `unavailable` when bubblewrap is not installed
 */
export function spawnInSandbox(options: SandboxOptions, argv: readonly string[]): SandboxProcess {
  const bwrap = findBwrap();
  if (bwrap === undefined) throw new AppError('unavailable', `${missing.reason} ${missing.fix}`);
  const limits = { ...defaultLimits, ...options.limits };
  const child = spawn(
    bwrap,
    ['--args', '4', '--seccomp', '3', '--info-fd', '5', '--', ...prlimitArguments(limits), ...argv],
    {
      cwd: '/',
      env: { NODE_ENV: 'production', PATH: '/usr/bin:/bin' },
      stdio: descriptors(),
    },
  );
  return new Box(child, options, limits).process;
}

/**
 * Three streams, the filter (3), the arguments (4), news from bwrap (5). What this process itself was handed by whoever
 * started it is covered with /dev/null: an open folder of the host would be a door out of the box.
 */
function descriptors(): StdioOptions {
  const { inherited, nothing } = singleton('sandbox-descriptors', () => ({
    inherited: inheritedDescriptors(),
    nothing: openSync('/dev/null', 'r+'),
  }));
  const stdio: ('pipe' | 'ignore' | number)[] = ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'];
  for (const fd of inherited) {
    while (stdio.length < fd) stdio.push('ignore');
    if (fd >= 6) stdio[fd] = nothing;
  }
  return stdio;
}

/** Descriptors that stay open in a started program, in rising order. Whatever Node opens itself does not. */
function inheritedDescriptors(): number[] {
  const closesOnExec = 0o2000000;
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((fd) => {
      const flags = /^flags:\s+(\d+)/m.exec(readOrEmpty(`/proc/self/fdinfo/${fd}`))?.[1];
      return flags !== undefined && (Number.parseInt(flags, 8) & closesOnExec) === 0;
    })
    .toSorted((a, b) => a - b);
}

/** The life of one box: started, watched, ended, nothing left. */
class Box {
  readonly process: SandboxProcess;
  readonly #child: ChildProcess;
  readonly #group: BoxGroup | undefined;
  readonly #stopWatching = new AbortController();
  #reason: StopReason | undefined;
  /** The first process inside, as the host counts; its end is the end of all others inside. */
  #innerPid: number | undefined;

  constructor(child: ChildProcess, options: SandboxOptions, limits: SandboxLimits) {
    this.#child = child;
    const [stdin, stdout, stderr] = child.stdio;
    if (!stdin || !stdout || !stderr) throw new Error('The box was started without its streams');
    stdin.on('error', () => undefined); // a program that ends early closes its input
    const exited = this.#waitForEnd();
    this.#readInnerPid();
    this.#group = child.pid === undefined ? undefined : createBoxGroup(randomUUID(), limits);
    if (child.pid !== undefined) this.#group?.add(child.pid);
    this.process = { stdin, stdout, stderr, exited, kill: (reason = 'cancelled') => this.#kill(reason) };
    // bwrap waits for its arguments, so whatever it starts is in the group already.
    this.#send(3, seccompFilter());
    this.#send(
      4,
      Buffer.from(
        bwrapArguments(options)
          .map((argument) => `${argument}\0`)
          .join(''),
      ),
    );
    this.#watch(options, limits);
  }

  #send(fd: number, bytes: Buffer): void {
    const stream = this.#child.stdio[fd];
    if (!stream || !('end' in stream)) throw new Error(`The box was started without descriptor ${fd}`);
    stream.on('error', () => undefined); // bwrap ended already; its exit code tells
    stream.end(bytes);
  }

  #readInnerPid(): void {
    let text = '';
    const stdio: readonly (Readable | Writable | null | undefined)[] = this.#child.stdio;
    stdio[5]?.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const found = /"child-pid":\s*(\d+)/.exec(text)?.[1];
      if (found === undefined || this.#innerPid !== undefined) return;
      this.#innerPid = Number(found);
      if (this.#reason) this.#kill(this.#reason);
    });
  }

  async #waitForEnd(): Promise<SandboxExit> {
    try {
      const exit = await new Promise<SandboxExit>((resolve, reject) => {
        this.#child.once('exit', (code, signal) => resolve({ code, signal }));
        this.#child.once('error', reject);
      });
      // bwrap ends with the program; what the program left behind is being ended by the kernel meanwhile.
      while (this.#innerPid !== undefined && isAlive(this.#innerPid)) await setTimeoutPromise(5);
      if (this.#reason === undefined && this.#group?.ranOutOfMemory()) this.#reason = 'memory';
      return { ...exit, ...(this.#reason && { reason: this.#reason }) };
    } finally {
      this.#stopWatching.abort();
      this.#group?.remove();
    }
  }

  /** The first process inside is ended, not bwrap: bwrap then ends by itself, after the kernel has ended all the others. */
  #kill(reason: StopReason): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#reason ??= reason;
    // Before it is known there is nothing inside yet, and the news of it comes back here.
    if (this.#innerPid !== undefined) endProcess(this.#innerPid);
  }

  #watch(options: SandboxOptions, limits: SandboxLimits): void {
    const ended = this.#stopWatching.signal;
    const { signal, timeoutMs } = options;
    const cancel = () => this.#kill('cancelled');
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { signal: ended });
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#kill('timeout'), timeoutMs);
    const isOverfull = overfullWatch(writableFolders(options), limits, options.overfullMs ?? 0);
    let looking = false;
    const look = setInterval(() => {
      this.#checkProcesses(limits);
      if (looking) return;
      looking = true;
      // A folder that cannot be measured cannot be held to its limit either.
      void isOverfull().then(
        (tooLarge) => {
          looking = false;
          if (tooLarge) this.#kill('disk');
        },
        () => this.#kill('disk'),
      );
    }, watchIntervalMs);
    ended.addEventListener('abort', () => {
      clearTimeout(timer);
      clearInterval(look);
    });
  }

  #checkProcesses(limits: SandboxLimits): void {
    // The kernel ends one process of a group that is out of memory; the rest of the box is of no use then.
    if (this.#group?.ranOutOfMemory()) this.#kill('memory');
    if (this.#child.pid === undefined || this.#group?.holdsMemory) return;
    const use = measureTree(this.#child.pid, limits.memoryBytes);
    if (use.memoryBytes > limits.memoryBytes) this.#kill('memory');
    // As root the kernel does not hold the number of processes by itself; two more are bwrap's own.
    else if (use.processes > limits.processes + 2) this.#kill('processes');
  }
}

/** A check whether any of the folders has been too large for so long, or is twice as large as it may be. */
function overfullWatch(folders: readonly string[], limits: SandboxLimits, toleratedMs: number): () => Promise<boolean> {
  const watchesAt = (times: number) =>
    folders.map((folder) => folderWatch(folder, { bytes: times * limits.diskBytes, files: times * limits.diskFiles }));
  const [large, twice] = [watchesAt(1), toleratedMs > 0 ? watchesAt(2) : []];
  const anyOutgrown = async (watches: typeof large) =>
    (await Promise.all(watches.map((outgrown) => outgrown()))).includes(true);
  let since: number | undefined;
  return async () => {
    if (!(await anyOutgrown(large))) {
      since = undefined;
      return false;
    }
    since ??= performance.now();
    return performance.now() - since >= toleratedMs || anyOutgrown(twice);
  };
}

/** The folders of the host that a box can fill. */
function writableFolders({ work, home, readWrite = [] }: SandboxOptions): string[] {
  const own = [work?.writable ? work.path : undefined, home].filter((folder) => folder !== undefined);
  return [...own, ...readWrite.map(([host]) => host)];
}

/** A process that ended and that nobody has asked about yet counts as ended. */
function isAlive(pid: number): boolean {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  const state = stat.charAt(stat.lastIndexOf(')') + 2);
  return state !== '' && state !== 'Z' && state !== 'X';
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself in this moment.
  }
}

export type SandboxResult = { code: number | null; stdout: Buffer; stderr: Buffer; reason?: StopReason };

export type RunOptions = {
  input?: Uint8Array | string;
  /** Of both streams together; a box that prints more is stopped with reason `output-limit`. */
  maxOutputBytes: number;
  onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
};

/** Runs a program in a box to its end and gives what it printed. */
export async function runInSandbox(
  options: SandboxOptions,
  argv: readonly string[],
  run: RunOptions,
): Promise<SandboxResult> {
  const box = spawnInSandbox(options, argv);
  const printed: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  let left = run.maxOutputBytes;
  const collect = (name: 'stdout' | 'stderr') => (chunk: Buffer) => {
    const kept = chunk.subarray(0, Math.max(0, left));
    left -= chunk.length;
    if (kept.length > 0) {
      printed[name].push(kept);
      run.onOutput?.(name, kept);
    }
    if (left < 0) box.kill('output-limit');
  };
  box.stdout.on('data', collect('stdout'));
  box.stderr.on('data', collect('stderr'));
  box.stdin.end(run.input);
  const drained = Promise.all([streamEnd(box.stdout), streamEnd(box.stderr)]);
  const { code, reason } = await box.exited;
  await drained;
  return {
    code,
    stdout: Buffer.concat(printed.stdout),
    stderr: Buffer.concat(printed.stderr),
    ...(reason && { reason }),
  };
}

function streamEnd(stream: Readable): Promise<void> {
  return new Promise((resolve) => stream.once('close', resolve));
}

export type SandboxCheck = { ok: true } | { ok: false; reason: string; fix: string };

/**
 * Whether boxes on this host hold what they promise, tried out with a real one: nothing of the host can be read, no
 * connection leaves, no capability, the filter is on. A yes is remembered; a no is tried again at the next call.
 */
export async function checkSandbox(): Promise<SandboxCheck> {
  const known = singleton<{ check: Promise<SandboxCheck> | undefined }>('sandbox-check', () => ({ check: undefined }));
  known.check ??= tryBox().then((result) => {
    if (!result.ok) known.check = undefined;
    return result;
  });
  return known.check;
}

/** Runs inside; prints what it could do that it should not. */
const probe = `
const fs = require('node:fs'), net = require('node:net'), [outside, port] = process.argv.slice(1), holes = [];
const status = fs.readFileSync('/proc/self/status', 'utf8');
const value = (name) => new RegExp('^' + name + ':\\\\s+(\\\\S+)', 'm').exec(status)?.[1];
if (!/^0+$/.test(value('CapEff') ?? '')) holes.push('it has capabilities');
if (value('NoNewPrivs') !== '1') holes.push('it may gain privileges');
if (value('Seccomp') !== '2') holes.push('its system calls are not filtered');
try { fs.readFileSync(outside); holes.push('it can read files of the host'); } catch {}
try { fs.closeSync(fs.openSync('/proc/sys/kernel/core_pattern', 'r+')); holes.push('it can change settings of the kernel'); } catch {}
const done = () => { console.log(JSON.stringify(holes)); process.exit(); };
net.connect(Number(port), '127.0.0.1').on('connect', () => { holes.push('it can connect to the host'); done(); }).on('error', done);
`;

async function tryBox(): Promise<SandboxCheck> {
  if (findBwrap() === undefined) return { ok: false, ...missing };
  const folder = await mkdtemp(path.join(tmpdir(), 'ensemble-check-'));
  const server = net.createServer((socket) => socket.destroy());
  try {
    const outside = path.join(folder, 'outside');
    await writeFile(outside, 'outside');
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    const argv = ['/opt/node/bin/node', '-e', probe, outside, port];
    const result = await runInSandbox({ readOnly: [nodeMount()], timeoutMs: 20_000 }, argv, { maxOutputBytes: 65_536 });
    return verdict(result);
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function verdict(result: SandboxResult): SandboxCheck {
  const printed = result.stdout.toString('utf8').trim();
  if (result.code === 0 && printed === '[]') return { ok: true };
  if (result.code === 0 && printed.startsWith('[')) {
    const holes = printed.slice(1, -1).replaceAll('"', '').replaceAll(',', ', ');
    return {
      ok: false,
      reason: `The sandbox does not hold on this host: ${holes}.`,
      fix: 'Run Ensemble as an ordinary user on a kernel with user namespaces and seccomp.',
    };
  }
  const said = result.stderr.toString('utf8').trim().slice(-500) || `it ended with ${result.reason ?? result.code}`;
  return { ok: false, reason: `The sandbox cannot start on this host: ${said}`, fix: fixFor(said) };
}

function fixFor(said: string): string {
  if (/namespace|uid map|Operation not permitted|RTM_NEWADDR/i.test(said)) {
    return 'Allow unprivileged user namespaces: sysctl -w user.max_user_namespaces=15000, on Debian kernel.unprivileged_userns_clone=1, on Ubuntu 24.04 or newer kernel.apparmor_restrict_unprivileged_userns=0 or an AppArmor profile for bwrap.';
  }
  if (/prlimit/.test(said)) return 'Install util-linux, which brings /usr/bin/prlimit.';
  return 'Run the ensemble doctor command on the server for details.';
}
