import { describe, expect, it } from 'vitest';
import { seccompFilter } from './seccomp.ts';

type Call = { number: number; args?: number[]; architecture?: number };

const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const errno = (number: number) => 0x00050000 | number;

/** Runs the program as the kernel would; every jump must stay inside it. */
function run(filter: Buffer, call: Call, audit: number): number {
  const word = (offset: number) => {
    if (offset === 0) return call.number;
    if (offset === 4) return call.architecture ?? audit;
    return (call.args ?? [])[(offset - 16) / 8] ?? 0;
  };
  let accumulator = 0;
  for (let at = 0; at * 8 < filter.length; at++) {
    const [code, yes, no, value] = [
      filter.readUInt16LE(at * 8),
      filter.readUInt8(at * 8 + 2),
      filter.readUInt8(at * 8 + 3),
      filter.readUInt32LE(at * 8 + 4),
    ];
    if (code === 0x20) accumulator = word(value) >>> 0;
    else if (code === 0x06) return value;
    else if (code === 0x15) at += accumulator === value ? yes : no;
    else if (code === 0x35) at += accumulator >= value ? yes : no;
    else if (code === 0x45) at += (accumulator & value) !== 0 ? yes : no;
    else throw new Error(`Unknown instruction ${code}`);
  }
  throw new Error('The program ended without a verdict');
}

describe.each([
  [
    'x64',
    0xc000003e,
    { read: 0, ptrace: 101, mount: 165, unshare: 272, socket: 41, clone: 56, ioctl: 16, userfaultfd: 323, syslog: 103 },
  ],
  [
    'arm64',
    0xc00000b7,
    {
      read: 63,
      ptrace: 117,
      mount: 40,
      unshare: 97,
      socket: 198,
      clone: 220,
      ioctl: 29,
      userfaultfd: 282,
      syslog: 116,
    },
  ],
] as const)('the filter on %s', (architecture, audit, call) => {
  const filter = seccompFilter(architecture);
  const ask = (asked: Call) => run(filter, asked, audit);

  it('allows the ordinary and refuses the listed calls', () => {
    expect(ask({ number: call.read })).toBe(ALLOW);
    for (const number of [
      call.ptrace,
      call.mount,
      call.unshare,
      call.userfaultfd,
      call.syslog,
      425,
      428,
      438,
      442,
      443,
    ]) {
      expect(ask({ number })).toBe(errno(1));
    }
    expect(ask({ number: 435 })).toBe(errno(38));
    expect(ask({ number: 434 })).toBe(ALLOW);
  });

  it('ends a program that calls by another architecture’s numbers', () => {
    expect(ask({ number: call.read, architecture: 0x40000003 })).toBe(KILL);
  });

  it('decides by arguments where the call alone does not tell', () => {
    expect(ask({ number: call.clone, args: [0x11] })).toBe(ALLOW);
    for (const flag of [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000]) {
      expect(ask({ number: call.clone, args: [flag | 0x11] })).toBe(errno(1));
    }
    for (let family = 0; family < 50; family++) {
      const allowed = [1, 2, 10, 16].includes(family);
      expect(ask({ number: call.socket, args: [family] })).toBe(allowed ? ALLOW : errno(97));
    }
    expect(ask({ number: call.ioctl, args: [0, 0x5401] })).toBe(ALLOW);
    expect(ask({ number: call.ioctl, args: [0, 0x5412] })).toBe(errno(1));
    expect(ask({ number: call.ioctl, args: [0, 0x541c] })).toBe(errno(1));
  });
});

describe('the filter', () => {
  it('refuses the x32 ABI', () => {
    expect(run(seccompFilter('x64'), { number: 0x40000000 }, 0xc000003e)).toBe(errno(1));
  });

  it('is not made for an architecture without a table', () => {
    expect(() => seccompFilter('riscv64')).toThrow('x64 and arm64');
  });
});
