/**
 * The system call filter of the sandbox: a classic BPF program for `bwrap --seccomp FD`. Everything is allowed except what
 * reaches parts of the kernel that a build, a test or an agent does not need and an escape does.
 */

type Architecture = {
  /** AUDIT_ARCH_* of linux/audit.h. */
  audit: number;
  /** Calls that answer EPERM whatever their arguments are. */
  refused: Readonly<Record<string, number>>;
  socket: number;
  clone: number;
  ioctl: number;
  /** Numbers from here on belong to the x32 ABI, which would go round the table. */
  x32From?: number;
};

/** The same numbers on every architecture: calls added since Linux 5.0. */
const recentCalls = {
  pidfd_getfd: 438,
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  mount_setattr: 442,
  quotactl_fd: 443,
};
const clone3 = 435;

const x64: Architecture = {
  audit: 0xc000003e,
  refused: {
    ...recentCalls,
    ptrace: 101,
    syslog: 103,
    personality: 135,
    vhangup: 153,
    pivot_root: 155,
    chroot: 161,
    acct: 163,
    settimeofday: 164,
    mount: 165,
    umount2: 166,
    swapon: 167,
    swapoff: 168,
    reboot: 169,
    iopl: 172,
    ioperm: 173,
    init_module: 175,
    delete_module: 176,
    quotactl: 179,
    nfsservctl: 180,
    lookup_dcookie: 212,
    clock_settime: 227,
    mbind: 237,
    set_mempolicy: 238,
    kexec_load: 246,
    add_key: 248,
    request_key: 249,
    keyctl: 250,
    migrate_pages: 256,
    unshare: 272,
    move_pages: 279,
    perf_event_open: 298,
    fanotify_init: 300,
    name_to_handle_at: 303,
    open_by_handle_at: 304,
    setns: 308,
    process_vm_readv: 310,
    process_vm_writev: 311,
    kcmp: 312,
    finit_module: 313,
    kexec_file_load: 320,
    bpf: 321,
    userfaultfd: 323,
  },
  socket: 41,
  clone: 56,
  ioctl: 16,
  x32From: 0x40000000,
};

const arm64: Architecture = {
  audit: 0xc00000b7,
  refused: {
    ...recentCalls,
    lookup_dcookie: 18,
    umount2: 39,
    mount: 40,
    pivot_root: 41,
    nfsservctl: 42,
    chroot: 51,
    vhangup: 58,
    quotactl: 60,
    acct: 89,
    personality: 92,
    unshare: 97,
    kexec_load: 104,
    init_module: 105,
    delete_module: 106,
    clock_settime: 112,
    syslog: 116,
    ptrace: 117,
    reboot: 142,
    settimeofday: 170,
    add_key: 217,
    request_key: 218,
    keyctl: 219,
    swapon: 224,
    swapoff: 225,
    mbind: 235,
    set_mempolicy: 237,
    migrate_pages: 238,
    move_pages: 239,
    perf_event_open: 241,
    fanotify_init: 262,
    name_to_handle_at: 264,
    open_by_handle_at: 265,
    setns: 268,
    process_vm_readv: 270,
    process_vm_writev: 271,
    kcmp: 272,
    finit_module: 273,
    bpf: 280,
    userfaultfd: 282,
    kexec_file_load: 294,
  },
  socket: 198,
  clone: 220,
  ioctl: 29,
};

const architectures: Readonly<Record<string, Architecture>> = { x64, arm64 };

/** AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK (the resolver asks it for addresses). */
const socketFamilies = [1, 2, 10, 16];
/** TIOCSTI and TIOCLINUX put keys into the terminal that the box was started from. */
const terminalRequests = [0x5412, 0x541c];
/** Every CLONE_NEW* that clone(2) takes. */
const newNamespaceFlags = 0x7e020000;

const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, value: number];

const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const give = (action: number): Instruction => [0x06, 0, 0, action];
const refuse = (errno: number): Instruction => give(0x00050000 | errno);
const allow = give(0x7fff0000);
const kill = give(0x80000000);

/** Runs `body` when the loaded value equals `value`, else goes on behind it. `body` ends with a verdict. */
const whenEqual = (value: number, body: readonly Instruction[]): Instruction[] => [
  [0x15, 0, body.length, value],
  ...body,
];
const whenAtLeast = (value: number, body: readonly Instruction[]): Instruction[] => [
  [0x35, 0, body.length, value],
  ...body,
];
const whenAnyBit = (mask: number, body: readonly Instruction[]): Instruction[] => [
  [0x45, 0, body.length, mask],
  ...body,
];

/** Offsets into `struct seccomp_data`; of the 64-bit arguments the low half, which is all these calls look at. */
const callNumber = 0;
const auditArchitecture = 4;
const firstArgument = 16;
const secondArgument = 24;

/**
 * The filter as `struct sock_filter[]`, ready to be written to the file descriptor that bwrap reads.
 * @throws Error when there is no table for the architecture; there is no box without a filter
 */
export function seccompFilter(architecture: string = process.arch): Buffer {
  const table = architectures[architecture];
  if (!table) throw new Error(`There is no system call table for ${architecture}; the sandbox runs on x64 and arm64.`);
  const program: Instruction[] = [
    load(auditArchitecture),
    [0x15, 1, 0, table.audit],
    kill,
    load(callNumber),
    ...(table.x32From === undefined ? [] : whenAtLeast(table.x32From, [refuse(EPERM)])),
    ...Object.values(table.refused).flatMap((number) => whenEqual(number, [refuse(EPERM)])),
    // Its flags are behind a pointer, out of reach of a filter; on ENOSYS the C library uses clone instead.
    ...whenEqual(clone3, [refuse(ENOSYS)]),
    ...whenEqual(table.clone, [load(firstArgument), ...whenAnyBit(newNamespaceFlags, [refuse(EPERM)]), allow]),
    ...whenEqual(table.socket, [
      load(firstArgument),
      ...socketFamilies.flatMap((family) => whenEqual(family, [allow])),
      refuse(EAFNOSUPPORT),
    ]),
    ...whenEqual(table.ioctl, [
      load(secondArgument),
      ...terminalRequests.flatMap((request) => whenEqual(request, [refuse(EPERM)])),
      allow,
    ]),
    allow,
  ];
  return assemble(program);
}

function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, jumpTrue, jumpFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jumpTrue, index * 8 + 2);
    bytes.writeUInt8(jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
}
