import type { OptionShape } from './options.ts';

/** How programs that run the rest of their words take these words apart. */

export type Prefix = OptionShape & {
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
  /** The command begins after one of these words. */
  after?: readonly string[];
};

const runIn: Prefix = { valued: 'npe', longValued: ['name', 'prefix', 'cwd'] };

export const prefixes: Record<string, Prefix> = {
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
  bwrap: { after: ['--'] },
  proot: { valued: 'rbwq' },
  fakeroot: { valued: 'lsib' },
  setarch: { skip: 1 },
  linux32: {}, linux64: {},
  prlimit: { after: ['--'] },
  'systemd-run': { valued: 'pEHMu', longValued: ['property', 'unit', 'uid', 'gid', 'slice', 'description', 'working-directory', 'on-active', 'on-calendar', 'setenv'] },
  'systemd-inhibit': { longValued: ['what', 'who', 'why', 'mode'] },
  caffeinate: { valued: 'tw' },
  rlwrap: {},
  torsocks: {}, torify: {}, proxychains: { valued: 'f' }, proxychains4: { valued: 'f' },
  'xvfb-run': { valued: 'efnps', longValued: ['server-num', 'server-args', 'error-file'] },
  'dbus-run-session': { after: ['--'] },
  busybox: { harmless: ['--list', '--help'] },
  toybox: {},
  'ld.so': {}, 'ld-linux-x86-64.so.2': {}, 'ld-linux-aarch64.so.1': {}, 'ld-linux.so.2': {}, 'ld-musl-x86_64.so.1': {}, 'ld-musl-aarch64.so.1': {},
  chronic: {},
  ts: {},
  direnv: { skip: 1 },
  doppler: { after: ['--'] },
  dotenv: { valued: 'ef', longValued: ['file'] },
  'aws-vault': { after: ['--'] },
  npm: { valued: 'cw', longValued: ['package', 'call', 'workspace'] }, shx: {}, pnpm: {}, yarn: {}, bundle: {}, poetry: {}, pipenv: {}, uv: {}, pdm: {}, hatch: {}, rye: {}, conda: runIn, mamba: runIn, micromamba: runIn,
  npx: { valued: 'pc', longValued: ['package', 'call'] }, bunx: {}, pnpx: {}, uvx: {}, pipx: {},
  'ssh-agent': {}, 'cgexec': { valued: 'g' }, valgrind: {}, perf: {}, watchman: {},
  entr: {}, arch: {}, nix: { after: ['-c', '--command', '--'] }, noglob: {}, nocorrect: {}, 'dumb-init': {}, tini: { after: ['--'] }, eatmydata: {}, nocache: {}, catchsegv: {},
  faketime: { skip: 1 }, cpulimit: { valued: 'lpeP' }, trickle: { valued: 'dusw' }, envdir: { skip: 1 }, envuidgid: { skip: 1 }, setuidgid: { skip: 1 }, 's6-setuidgid': { skip: 1 }, chpst: { valued: 'uUbeoPnlLvmdpf/' }, softlimit: { valued: 'adfmopst' }, setlock: { skip: 1 },
  envchain: { skip: 1 }, dtach: { skip: 1, valued: 'erR' }, watchexec: { valued: 'ewidsnp', longValued: ['exts', 'watch', 'ignore', 'debounce', 'signal', 'shell', 'delay-run', 'filter', 'workdir', 'env'] }, reflex: { after: ['--'] }, xcrun: { longValued: ['sdk', 'toolchain'] },
  mise: { after: ['--'] }, rtx: { after: ['--'] }, asdf: {}, rbenv: {}, pyenv: {}, nodenv: {}, jenv: {}, goenv: {}, volta: {}, fnm: { longValued: ['using'] }, nvm: { skip: 1 }, rustup: { skip: 1 }, rvm: { after: ['do'] }, pixi: { valued: 'e', longValued: ['environment', 'manifest-path'] }, devbox: { after: ['--'] }, flox: { after: ['--'] }, tox: { after: ['--'] },
  op: { after: ['--'] }, infisical: { after: ['--'] }, chamber: { after: ['--'] }, dotenvx: { valued: 'fe', longValued: ['env-file'], after: ['--'] }, railway: {}, foreman: { valued: 'ef' }, honcho: { valued: 'ef' }, teller: { after: ['--'] }, berglas: { after: ['--'] },
  lxc: { after: ['--'] }, incus: { after: ['--'] }, multipass: { after: ['--'] }, limactl: { skip: 1, longValued: ['workdir', 'shell'] }, lima: {}, distrobox: { after: ['--', '-e'] }, toolbox: { valued: 'cdr', longValued: ['container', 'distro'] }, wsl: { harmless: ['--unregister', '--shutdown', '--terminate', '-t', '--list', '-l', '--status', '--install', '--export', '--import', '--update', '--version', '--help'], valued: 'du', longValued: ['distribution', 'user', 'cd'] }, zellij: { after: ['--'] },
  xterm: { after: ['-e'] }, konsole: { after: ['-e'] }, alacritty: { after: ['-e'] }, kitty: { longValued: ['directory', 'title'] }, 'gnome-terminal': { after: ['--', '-e', '-x'] }, foot: {}, rr: {}, heaptrack: {}, cage: {}, reptyr: {}, abduco: { skip: 1 }, tsp: { valued: 'LNDWSi' }, pueue: { valued: 'dgpal', longValued: ['delay', 'group', 'after', 'priority', 'label', 'working-directory'] }, daemonize: { valued: 'cepolu' }, daemon: { valued: 'nPFOEMaAL', longValued: ['name', 'output', 'pidfile', 'chdir'] }, onchange: { after: ['--'] }, retry: {}, cronic: {}, 'start-stop-daemon': { after: ['--'] },
}; // prettier-ignore

/** Tools of which only one word makes a prefix: `poetry run …`. */
export const needsWord: Record<string, readonly string[]> = {
  npm: ['exec', 'x'], pnpm: ['exec', 'dlx'], yarn: ['exec', 'dlx'], bundle: ['exec'], poetry: ['run'], pipenv: ['run'], uv: ['run'], pdm: ['run'], hatch: ['run'], rye: ['run'], conda: ['run'], mamba: ['run'], micromamba: ['run'],
  nix: ['develop', 'shell'], mise: ['exec', 'x'], rtx: ['exec', 'x'], asdf: ['exec'], rbenv: ['exec'], pyenv: ['exec'], nodenv: ['exec'], jenv: ['exec'], goenv: ['exec'], volta: ['run'], fnm: ['exec'], nvm: ['exec', 'run'], rustup: ['run'], pixi: ['run', 'exec'], devbox: ['run'], flox: ['activate'], tox: ['exec'],
  op: ['run'], infisical: ['run'], chamber: ['exec'], dotenvx: ['run'], railway: ['run'], foreman: ['run'], honcho: ['run'], teller: ['run'], berglas: ['exec'],
  lxc: ['exec'], incus: ['exec'], multipass: ['exec'], limactl: ['shell'], distrobox: ['enter'], toolbox: ['run'], zellij: ['run'], pueue: ['add'], rr: ['record'],
  direnv: ['exec'], pipx: ['run'], doppler: ['run'], 'aws-vault': ['exec'], perf: ['stat', 'record', 'trace'], watchman: [], 'start-stop-daemon': [],
}; // prettier-ignore
