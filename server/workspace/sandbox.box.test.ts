import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkSandbox, nodeMount, runInSandbox, spawnInSandbox } from './sandbox.ts';
import type { SandboxOptions } from './sandbox-arguments.ts';

let folder: string;
let work: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ensemble-box-'));
  work = path.join(folder, 'work');
  await mkdir(work);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function inBox(script: string, options: SandboxOptions = {}) {
  const result = await runInSandbox(
    { work: { path: work, writable: true }, timeoutMs: 30_000, ...options },
    ['bash', '-c', script],
    { maxOutputBytes: 1024 * 1024 },
  );
  return { ...result, out: result.stdout.toString('utf8').trim(), err: result.stderr.toString('utf8').trim() };
}

/** Makes a system call from inside and prints its error number, 0 when it went through. */
function call(number: number, ...args: (number | string)[]): string {
  const texts = args.map((arg, i) => (typeof arg === 'string' ? `my $t${i} = "${arg}"; ` : '')).join('');
  const words = [number, ...args.map((arg, i) => (typeof arg === 'string' ? `$t${i}` : arg))];
  return `perl -e '${texts}$! = 0; my $r = syscall(${words.join(', ')}); print $r < 0 ? $!+0 : 0'`;
}

/** Processes on the host with this word in their command line. */
function processesNamed(word: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
    } catch {
      return false;
    }
  });
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('The condition did not come true in 15 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a box', () => {
  it('passes its own test', async () => {
    expect(await checkSandbox()).toEqual({ ok: true });
  });

  it('runs a program on the files of its folder, as an ordinary user', async () => {
    await writeFile(path.join(work, 'in'), 'hello');
    const result = await inBox('cat in; id -u; pwd; echo made > out; exit 7');
    expect(result).toMatchObject({ code: 7, out: 'hello1000\n/work' });
    expect(await readFile(path.join(work, 'out'), 'utf8')).toBe('made\n');
  });

  it('gives the program its input and the caller both outputs as they come', async () => {
    const seen: string[] = [];
    const result = await runInSandbox({}, ['sh', '-c', 'cat; echo oops >&2'], {
      input: 'typed',
      maxOutputBytes: 100,
      onOutput: (stream) => seen.push(stream),
    });
    expect([result.stdout.toString(), result.stderr.toString()]).toEqual(['typed', 'oops\n']);
    expect(new Set(seen)).toEqual(new Set(['stdout', 'stderr']));
  });

  it('runs Node', async () => {
    const result = await inBox('node -p process.version', { readOnly: [nodeMount()] });
    expect(result.out).toBe(process.version);
  });

  it('says 127 for a program that does not exist', async () => {
    const result = await runInSandbox({}, ['/no/such/program'], { maxOutputBytes: 1000 });
    expect(result.code).not.toBe(0);
    expect(result.stderr.toString()).toContain('/no/such/program');
  });

  it('reaches a socket of ours that is mounted', async () => {
    const socket = path.join(folder, 'gateway.sock');
    const server = createServer((connection) => connection.end('from the gateway'));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const script = `require('node:net').connect('/run/gateway.sock').pipe(process.stdout)`;
    const result = await inBox(`node -e "${script}"`, {
      readOnly: [nodeMount()],
      sockets: [[socket, '/run/gateway.sock']],
    });
    server.close();
    expect(result.out).toBe('from the gateway');
  });
});

describe('the host from inside', () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createServer((connection) => connection.end('outside'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address ? address.port : 0;
  });
  afterAll(() => server.close());

  it('has no files but the mounted ones', async () => {
    await writeFile(path.join(folder, 'secret'), 'secret');
    await symlink(path.join(folder, 'secret'), path.join(work, 'link'));
    const result = await inBox(
      `cat ${folder}/secret link /etc/shadow /proc/1/root/etc/shadow /proc/1/cwd/../etc/shadow; ls /root /var /sys /etc; true`,
    );
    expect(result.out).not.toContain('secret');
    expect(result.err).toMatch(/shadow: (No such file|Permission denied)/);
    expect(result.out.split('\n')).not.toContain('passwd');
  });

  it('cannot be written, neither its programs nor its kernel settings', async () => {
    const result = await inBox(
      `
      for target in /usr/bin/x /bin/x /lib/x /proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /opt/node/bin/x; do
        (echo x > $target) 2>/dev/null && echo "wrote $target"
      done; true`,
      { readOnly: [nodeMount()] },
    );
    expect(result.out).toBe('');
  });

  it('refuses writes to a folder that is mounted read-only', async () => {
    const result = await inBox('touch x', { work: { path: work, writable: false } });
    expect(result.code).not.toBe(0);
    expect(result.err).toContain('Read-only file system');
  });

  it('cannot be connected to: loopback, addresses, abstract sockets', async () => {
    const abstract = createServer((connection) => connection.end('outside'));
    const name = `ensemble-test-${process.pid}`;
    await new Promise<void>((resolve) => abstract.listen(`\0${name}`, resolve));
    const script = `
      const net = require('node:net');
      for (const to of [{ port: ${port}, host: '127.0.0.1' }, { port: 80, host: '1.1.1.1' }, { path: '\\0${name}' }])
        net.connect(to).on('connect', () => console.log('connected', to)).on('error', (e) => console.log(e.code));`;
    await writeFile(path.join(work, 'connect.cjs'), script);
    const result = await inBox('node connect.cjs', { readOnly: [nodeMount()] });
    abstract.close();
    expect(result.out.split('\n').toSorted()).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'ENETUNREACH']);
  });

  it('shows neither processes nor environment nor paths in arguments', async () => {
    const result = await inBox(
      `ls /proc | grep -c '^[0-9]'; tr '\\0' '\\n' < /proc/1/environ; tr '\\0' ' ' < /proc/1/cmdline; kill -9 -1 2>&1; kill -9 ${process.pid} 2>&1; true`,
    );
    expect(Number(result.out.split('\n')[0])).toBeLessThan(10);
    expect(result.out).not.toContain('ENSEMBLE');
    expect(result.out).not.toContain(work);
  });

  it('leaves no descriptor of the server open inside', async () => {
    const result = await inBox(
      'for fd in /proc/self/fd/*; do readlink $fd; done | grep -v -e socket: -e pipe: -e /dev/null -e /proc/ ; true',
    );
    expect(result.out).toBe('');
    const open = await inBox('ls /proc/self/fd | wc -l');
    expect(Number(open.out)).toBeLessThanOrEqual(8);
  });

  it('gives no privileges to a file that carries them', async () => {
    const result = await inBox(
      'cp /bin/bash b && chmod 4755 b && ./b -p -c "id -u; grep -E \'^(CapEff|CapBnd|NoNewPrivs|Seccomp):\' /proc/self/status"; mknod n c 1 3 2>&1',
    );
    expect(result.out).toMatch(/^1000\nCapEff:\s+0+\nCapBnd:\s+0+\nNoNewPrivs:\s+1\nSeccomp:\s+2\n/);
    expect(result.out).toContain('Operation not permitted');
  });
});

const numbers =
  process.arch === 'arm64'
    ? {
        unshare: 97,
        setns: 268,
        mount: 40,
        ptrace: 117,
        socket: 198,
        clone: 220,
        ioctl: 29,
        keyctl: 219,
        bpf: 280,
        userfaultfd: 282,
        openByHandle: 265,
        perf: 241,
        chroot: 51,
        readv: 270,
      }
    : {
        unshare: 272,
        setns: 308,
        mount: 165,
        ptrace: 101,
        socket: 41,
        clone: 56,
        ioctl: 16,
        keyctl: 250,
        bpf: 321,
        userfaultfd: 323,
        openByHandle: 304,
        perf: 298,
        chroot: 161,
        readv: 310,
      };

describe('the filter of system calls', () => {
  it.each([
    ['unshare', call(numbers.unshare, 0x20000)],
    ['unshare of a user namespace', call(numbers.unshare, 0x10000000)],
    ['setns', call(numbers.setns, 0, 0)],
    ['mount', call(numbers.mount, 'none', '/tmp', 'tmpfs', 0, 0)],
    ['the new mount calls', call(430, 'tmpfs', 0)],
    ['open_tree', call(428, 0, '/', 1)],
    ['chroot', call(numbers.chroot, '/tmp')],
    ['ptrace', call(numbers.ptrace, 0, 0, 0, 0)],
    ['process_vm_readv', call(numbers.readv, 1, 0, 0, 0, 0, 0)],
    ['pidfd_getfd', call(438, 0, 0, 0)],
    ['keyctl', call(numbers.keyctl, 0, 0, 0)],
    ['bpf', call(numbers.bpf, 0, 0, 0)],
    ['io_uring', call(425, 1, 0)],
    ['userfaultfd', call(numbers.userfaultfd, 0)],
    ['perf_event_open', call(numbers.perf, 0, 0, 0, 0, 0)],
    ['open_by_handle_at', call(numbers.openByHandle, 0, 0, 0)],
    ['clone with a new user namespace', call(numbers.clone, 0x10000000 | 17, 0, 0, 0, 0)],
    ['clone with a new mount namespace', call(numbers.clone, 0x00020000 | 17, 0, 0, 0, 0)],
    ['TIOCSTI', call(numbers.ioctl, 0, 0x5412, 'x')],
    ['TIOCLINUX', call(numbers.ioctl, 0, 0x541c, 'x')],
  ])('refuses %s with EPERM', async (_name, script) => {
    expect((await inBox(script)).out).toBe('1');
  });

  it.each([
    ['AF_VSOCK', 40],
    ['AF_PACKET', 17],
    ['AF_ALG', 38],
    ['AF_BLUETOOTH', 31],
    ['AF_XDP', 44],
  ])('refuses sockets of the family %s', async (_name, family) => {
    expect((await inBox(call(numbers.socket, family, 1, 0))).out).toBe('97');
  });

  it.each([
    ['AF_UNIX', 1],
    ['AF_INET', 2],
    ['AF_INET6', 10],
  ])('allows sockets of the family %s', async (_name, family) => {
    expect((await inBox(call(numbers.socket, family, 1, 0))).out).toBe('0');
  });

  it('answers clone3 with ENOSYS, and threads and processes start all the same', async () => {
    expect((await inBox(call(435, 0, 0))).out).toBe('38');
    const script = `new (require('node:worker_threads').Worker)('console.log(1)', { eval: true })`;
    expect((await inBox(`node -e "${script}"; (echo 2) | cat`, { readOnly: [nodeMount()] })).out).toBe('1\n2');
  });

  it('lets other terminal requests through', async () => {
    expect((await inBox(call(numbers.ioctl, 0, 0x5401, 'x'.repeat(100)))).out).not.toBe('1');
  });
});

describe('the end of a box', () => {
  it('comes when it runs too long', async () => {
    const result = await inBox('sleep 60', { timeoutMs: 300 });
    expect(result.reason).toBe('timeout');
  });

  it('comes when it is cancelled, before or during its work', async () => {
    expect((await inBox('sleep 60', { signal: AbortSignal.abort() })).reason).toBe('cancelled');
    const cancel = new AbortController();
    const box = spawnInSandbox({ signal: cancel.signal }, ['sh', '-c', 'echo on; sleep 60']);
    box.stdout.once('data', () => cancel.abort());
    expect((await box.exited).reason).toBe('cancelled');
  });

  it('comes when it prints too much, and what it printed until then is kept', async () => {
    const result = await runInSandbox({}, ['yes'], { maxOutputBytes: 100_000 });
    expect(result.reason).toBe('output-limit');
    expect(result.stdout.length + result.stderr.length).toBe(100_000);
  });

  it('takes every process with it, detached ones too', async () => {
    const marker = `77${process.pid}.25`;
    const box = spawnInSandbox({}, [
      'bash',
      '-c',
      `setsid sleep ${marker} & (setsid sleep ${marker} &) ; echo on; sleep ${marker}`,
    ]);
    await new Promise((resolve) => box.stdout.once('data', resolve));
    await until(() => processesNamed(marker).length >= 3);
    box.kill();
    expect((await box.exited).reason).toBe('cancelled');
    expect(processesNamed(marker)).toEqual([]);
  });

  it('takes what the program left running with it', async () => {
    const marker = `66${process.pid}.25`;
    const result = await inBox(`setsid sleep ${marker} >/dev/null 2>&1 & echo done`);
    expect(result).toMatchObject({ code: 0, out: 'done' });
    expect(processesNamed(marker)).toEqual([]);
  });

  it('comes when the memory of all its processes together is too much', async () => {
    const eat = `perl -e '$x = "a" x (120*1024*1024); sleep 60'`;
    const result = await inBox(`${eat} & ${eat} & ${eat} & wait; sleep 60`, {
      limits: { memoryBytes: 200 * 1024 * 1024 },
    });
    expect(result.reason).toBe('memory');
  });

  it('comes when its folder grows too large', async () => {
    const result = await inBox('head -c 30000000 /dev/zero > big; sleep 60', { limits: { diskBytes: 20_000_000 } });
    expect(result.reason).toBe('disk');
  });

  it('comes when its folder holds too many files', async () => {
    const result = await inBox('for i in $(seq 600); do : > $i; done; sleep 60', { limits: { diskFiles: 500 } });
    expect(result.reason).toBe('disk');
  });
});

describe('the limits of a box', () => {
  it('hold the size of /tmp and of one file', async () => {
    const result = await inBox('head -c 3000000 /dev/zero > /tmp/x; head -c 9000000 /dev/zero > y; true', {
      tmpSizeBytes: 1_000_000,
      limits: { fileSizeBytes: 5_000_000 },
    });
    expect(result.err).toContain('No space left');
    expect((await stat(path.join(work, 'y'))).size).toBe(5_000_000);
  });

  it('leave no place to write but those that are measured', async () => {
    const result = await inBox(
      'for f in / /dev /run /opt /etc /home; do (echo x > $f/filled) 2>/dev/null && echo $f; done; ' +
        'head -c 90000000 /dev/zero > /dev/shm/x; stat -c %s /dev/shm/x',
    );
    expect(result.out).toBe(String(64 * 1024 * 1024));
  });

  it('hold the disk that every writable folder takes, not the worktree alone', async () => {
    const cache = path.join(folder, 'cache');
    await mkdir(cache);
    const result = await inBox('head -c 20000000 /dev/zero > /cache/x; sleep 60', {
      readWrite: [[cache, '/cache']],
      limits: { diskBytes: 10_000_000 },
    });
    expect(result.reason).toBe('disk');
  });

  it('hold the number of processes and leave none', async () => {
    const marker = `88${process.pid}.25`;
    const forks = `for (1..400) { my $p = fork; if (!defined $p) { print "refused"; exit } if (!$p) { exec "sleep", "${marker}" } } sleep 60`;
    const result = await inBox(`perl -e '${forks}'`, { limits: { processes: 50 } });
    // Either the kernel refuses, or, as root without control groups, the watch ends the box.
    expect([result.out, result.reason]).toContain(result.reason === undefined ? 'refused' : 'processes');
    expect(processesNamed(marker)).toEqual([]);
  });
});
