import type { Word } from '../interpreted.ts';
import { resolvePath } from '../resolve-path.ts';
import { isExact, sliceWord, splitWord, unknown } from '../word.ts';
import { hasOption, optionValue, readOptions, type Options, type OptionShape } from './options.ts';
import { runLine } from './shells.ts';
import { fork, type Call, type Done, type Shell } from './state.ts';
import { nameOf } from './simple.ts';

/** Programs that run the rest of their words as a command: `sudo`, `env`, `timeout 5`, … */

type Prefix = OptionShape & {
  /** Words between the options and the command: the duration of `timeout`. */
  skip?: number;
  /** With one of these it only shows something. */
  harmless?: readonly string[];
  /** With one of these the rest goes to a shell as one line. */
  line?: readonly string[];
  /** Options whose value is the folder it runs in. */
  folder?: readonly string[];
  /** `A=1` before the command. */
  assigns?: boolean;
  /** The command begins after `--` (or after this word). */
  after?: string;
};

const prefixes: Record<string, Prefix> = {
  sudo: {
    valued: 'ugpCchrtTDRUa', assigns: true, line: ['-s', '-i', '--shell', '--login'], folder: ['-D', '--chdir'],
    longValued: ['user', 'group', 'prompt', 'close-from', 'chdir', 'host', 'role', 'type', 'other-user', 'command-timeout', 'chroot'],
    harmless: ['-l', '-v', '-k', '-K', '--list', '--validate', '--version', '-V'],
  },
  doas: { valued: 'uCa', line: ['-s'] },
  pkexec: { longValued: ['user'] },
  run0: { longValued: ['user'] },
  gosu: { skip: 1 },
  'su-exec': { skip: 1 },
  setpriv: { longValued: ['reuid', 'regid', 'groups'] },
  env: { valued: 'uCS', longValued: ['unset', 'chdir', 'split-string'], assigns: true, folder: ['-C', '--chdir'] },
  command: { harmless: ['-v', '-V'] },
  builtin: {},
  exec: { valued: 'a' },
  nohup: {},
  setsid: {},
  disown: {},
  nice: { valued: 'n', longValued: ['adjustment'] },
  ionice: { valued: 'cnpPu', longValued: ['class', 'classdata', 'pid'] },
  chrt: { valued: 'TPDp', skip: 1 },
  taskset: { skip: 1 },
  numactl: { valued: 'NmCipl', longValued: ['cpunodebind', 'membind', 'physcpubind', 'interleave'] },
  timeout: { valued: 'ks', longValued: ['kill-after', 'signal'], skip: 1 },
  gtimeout: { valued: 'ks', longValued: ['kill-after', 'signal'], skip: 1 },
  stdbuf: { valued: 'ioe', longValued: ['input', 'output', 'error'] },
  unbuffer: {},
  time: { valued: 'fo', longValued: ['format', 'output'] },
  strace: { valued: 'aeEIoOpPsSuUX', longValued: ['output', 'trace', 'expr'] },
  ltrace: { valued: 'aeAlnopsuxX' },
  flock: { valued: 'wEc', longValued: ['timeout', 'wait', 'conflict-exit-code'], skip: 1 },
  chroot: { longValued: ['userspec', 'groups'], skip: 1 },
  unshare: { valued: 'SGRw', longValued: ['setuid', 'setgid', 'root', 'wd', 'propagation', 'map-user', 'map-group'] },
  nsenter: { valued: 'tSGrw', longValued: ['target', 'setuid', 'setgid'] },
  firejail: {},
  bwrap: { after: '--' },
  proot: { valued: 'rbwq' },
  fakeroot: { valued: 'lsib' },
  setarch: { skip: 1 },
  linux32: {}, linux64: {},
  prlimit: { after: '--' },
  'systemd-run': { valued: 'pEHMu', longValued: ['property', 'unit', 'uid', 'gid', 'slice', 'description', 'working-directory', 'on-active', 'on-calendar', 'setenv'] },
  'systemd-inhibit': { longValued: ['what', 'who', 'why', 'mode'] },
  caffeinate: { valued: 'tw' },
  rlwrap: {},
  torsocks: {}, torify: {}, proxychains: { valued: 'f' }, proxychains4: { valued: 'f' },
  'xvfb-run': { valued: 'efnps', longValued: ['server-num', 'server-args', 'error-file'] },
  'dbus-run-session': { after: '--' },
  busybox: { harmless: ['--list', '--help'] },
  toybox: {},
  'ld.so': {}, 'ld-linux-x86-64.so.2': {}, 'ld-linux-aarch64.so.1': {}, 'ld-linux.so.2': {}, 'ld-musl-x86_64.so.1': {}, 'ld-musl-aarch64.so.1': {},
  chronic: {},
  ts: {},
  direnv: { skip: 2 },
  doppler: { after: '--' },
  dotenv: { valued: 'ef', after: '--' },
  'aws-vault': { after: '--' },
  npm: { longValued: ['package'] }, pnpm: {}, yarn: {}, bundle: {}, poetry: {}, pipenv: {}, uv: {}, pdm: {}, hatch: {}, rye: {}, conda: {}, mamba: {},
  npx: { valued: 'pc', longValued: ['package', 'call'] }, bunx: {}, pnpx: {}, uvx: {}, pipx: {},
  'ssh-agent': {}, 'cgexec': { valued: 'g' }, valgrind: {}, perf: {}, hyperfine: {}, watchman: {},
  entr: {}, 'start-stop-daemon': { after: '--' },
}; // prettier-ignore

/** Tools of which only one word makes a prefix: `poetry run …`. */
const needsWord: Record<string, readonly string[]> = {
  npm: ['exec', 'x'], pnpm: ['exec', 'dlx'], yarn: ['exec', 'dlx'], bundle: ['exec'], poetry: ['run'], pipenv: ['run'], uv: ['run'], pdm: ['run'], hatch: ['run'], rye: ['run'], conda: ['run'], mamba: ['run'],
  direnv: ['exec'], pipx: ['run'], doppler: ['run'], 'aws-vault': ['exec'], perf: ['stat', 'record', 'trace'], watchman: [], 'start-stop-daemon': [],
}; // prettier-ignore

export function runPrefix(call: Call): Done | undefined {
  const prefix = Object.hasOwn(prefixes, call.name) ? prefixes[call.name] : undefined;
  if (prefix === undefined) return undefined;
  const words = needsWord[call.name];
  if (words === undefined) return unwrap(call, call.args, prefix);
  const [first, ...rest] = call.args;
  return first !== undefined && words.includes(first.text) ? unwrap(call, rest, prefix) : undefined;
}

function unwrap(call: Call, args: readonly Word[], prefix: Prefix): Done | undefined {
  const end = prefix.after === undefined ? -1 : args.findIndex(({ text }) => text === prefix.after);
  if (prefix.after !== undefined && end < 0) return undefined;
  const read = readOptions(args.slice(end + 1), prefix);
  if (hasOption(read, ...(prefix.harmless ?? []))) return undefined;
  const { env, rest } = commandOf(call, read, prefix);
  const [program, ...inner] = rest;
  if (program === undefined) return undefined;
  const next: Call = { ...call, shell: shellFor(call), env, byShell: isOfShell(call.name) };
  moveTo(call, optionValue(read, ...(prefix.folder ?? [])), next.shell);
  // `flock FILE -c LINE`
  if (program.text === '-c' && prefix.skip !== undefined) return runLine(next, inner, call.name);
  if (hasOption(read, ...(prefix.line ?? []))) return runLine(next, rest, call.name);
  return withoutFunctions(next, program, inner);
}

const isOfShell = (name: string) => name === 'command' || name === 'builtin';

/** `exec`, `command` and `builtin` are no processes of their own: what runs behind them changes this very shell. */
function shellFor({ shell, name }: Call): Shell {
  return isOfShell(name) || name === 'exec' ? shell : fork(shell, { via: [...shell.via, name] });
}

/** The words of the command, with the variables that are set before it. */
function commandOf(
  call: Call,
  read: Options,
  prefix: Prefix,
): { env: ReadonlyMap<string, Word>; rest: readonly Word[] } {
  const split = call.name === 'env' ? optionValue(read, '-S', '--split-string') : undefined;
  const words = [...(split === undefined ? [] : splitWord(split, /\s+/g)), ...read.operands.slice(prefix.skip ?? 0)];
  return prefix.assigns === true ? takeAssignments(call, words) : { env: call.env, rest: words };
}

/** Wrappers start programs: functions of the shell are not seen by them, builtins only by `command` and `builtin`. */
function withoutFunctions(call: Call, program: Word, args: readonly Word[]): Done {
  const { functions } = call.shell;
  const hidden = functions.get(program.text);
  if (hidden === undefined) return call.shell.walk.call({ ...call, program, name: nameOf(program), args });
  const way = fork(call.shell);
  way.functions.delete(program.text);
  return way.walk.call({ ...call, shell: way, program, name: nameOf(program), args });
}

function moveTo(call: Call, folder: Word | undefined, way: Call['shell']): void {
  if (folder !== undefined) way.cwd = isExact(folder) ? resolvePath(folder.text, call.shell.cwd) : undefined;
}

export function takeAssignments(
  call: Call,
  operands: readonly Word[],
): { env: Map<string, Word>; rest: readonly Word[] } {
  const env = new Map(call.env);
  let at = 0;
  for (; at < operands.length; at++) {
    const word = operands[at] ?? unknown('…');
    const match = /^([A-Za-z_]\w*)=/.exec(word.text);
    if (match === null && word.text !== '-') break;
    if (match !== null) env.set(match[1] ?? '', sliceWord(word, match[0].length));
  }
  return { env, rest: operands.slice(at) };
}
