import type { SimpleCommand, Word } from '../interpreted.ts';
import { asksForHelp, readOptions } from '../options.ts';
import { placeOf } from '../path-scope.ts';
import { isSecretWord } from './secret-paths.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { onlyReads } from './reading.ts';

/** chmod's mode and its files; a mode may look like an option (`-w`). */
function readChmod({ args }: SimpleCommand): { mode: string; files: readonly Word[]; deep: boolean } {
  const mode = args.find(
    ({ text }) =>
      /^[-+=]?[ugoarwxXst0-7,+=-]+$/.test(text) && !/^-(?:R|v|c|f|h|H|L|P)+$/.test(text) && !text.startsWith('--'),
  );
  const options = readOptions(
    args.filter((word) => word !== mode),
    { valued: ['reference'] },
  );
  return { mode: mode?.text ?? '', files: options.operands, deep: options.has('R', 'recursive') };
}

/** Lets everybody write: `777`, `o+w`, `a+rwx`, `ugo=rwx`, `+w` is the user's mask. */
function opensToAll(mode: string): boolean {
  if (/^[0-7]{3,4}$/.test(mode)) return (Number(mode.at(-1)) & 2) !== 0;
  return mode.split(',').some((part) => /^(?=[ugoa]*[oa])[ugoa]+[+=][rxXst]*w/.test(part));
}

/** Lets a program run as its owner: `+s`, `u+s`, `4755`, `2755`. */
function setsId(mode: string): boolean {
  return /^[2467][0-7]{3}$/.test(mode) || mode.split(',').some((part) => /^[ugoa]*[+=][rwxXt]*s/.test(part));
}

/** `chmod 600 ~/.ssh/id_ed25519`: what is one's own is closed to others. */
function tightens(command: SimpleCommand): boolean {
  if (!command.name.endsWith('chmod')) return false;
  const { mode, files, deep } = readChmod(command);
  return (
    !deep &&
    /^0?[4-7]00$|^(?:go|og|o|g)(?:-[rwx]+|=)$/.test(mode) &&
    files.every(
      ({ text, holes }) => /^(?:~|\0|\/home\/[^/]+|\/root)\/./.test(text) && (holes[0] ?? '$HOME').includes('HOME'),
    )
  );
}

function leavesProject(word: Word, command: SimpleCommand, context: RuleContext): boolean {
  const { scope } = placeOf(word, command, context.facts);
  return scope === 'everything' || scope === 'home' || scope === 'outside' || scope === 'device';
}

/** `chown "$USER" out.log`, one's own file again; root only needs that with sudo. */
function givesToSelf({ name, args, via }: SimpleCommand): boolean {
  const [owner] = args;
  return (
    name === 'chown' &&
    via.every((wrapper) => !raisers.has(wrapper)) &&
    owner !== undefined &&
    owner.holes.length > 0 &&
    owner.holes.every((hole) => /^\$(?:\{?USER\}?|\(id -[ug]n?\)|\(whoami\)|UID|GID)$/.test(hole))
  );
}

/** `sudo rm -rf /tmp/build`: other rights reach no more there. */
function removesTemporary(command: SimpleCommand, { facts }: RuleContext): boolean {
  const targets = command.name === 'rm' ? readOptions(command.args).operands : [];
  return targets.length > 0 && targets.every((word) => placeOf(word, command, facts).scope === 'temp' && !word.glob);
}

const accountPrograms = [
  'useradd',
  'adduser',
  'usermod',
  'userdel',
  'deluser',
  'groupadd',
  'addgroup',
  'groupmod',
  'groupdel',
  'delgroup',
  'gpasswd',
  'passwd',
  'chpasswd',
  'chsh',
  'chfn',
  'chage',
  'vipw',
  'vigr',
  'visudo',
  'newusers',
  'dscl',
  'sysadminctl',
  'dseditgroup',
  'htpasswd',
  'faillock',
  'pam_tally2',
  'newgrp',
  'sg',
];

const raisers = new Set([
  'sudo',
  'doas',
  'pkexec',
  'run0',
  'su',
  'runuser',
  'gosu',
  'su-exec',
  'sudoedit',
  'runas',
  'please',
  'calife',
]);

export const rightsRules: readonly Rule[] = [
  {
    id: 'rights.open-to-all',
    verdict: 'deny',
    programs: ['chmod', 'gchmod'],
    matches: (command) => !asksForHelp(command.args) && opensToAll(readChmod(command).mode),
    reason: 'This lets everybody on the machine write.',
    saferWay: 'Give the owner what is missing: chmod u+w or chmod 644 on the one file.',
    examples: {
      ng: [
        'chmod 777 app',
        'chmod -R 777 .',
        'chmod a+rwx -R /srv',
        'chmod o+w x',
        'chmod 0666 x',
        'chmod ugo=rwx x',
        'chmod u+x,o+w x',
      ],
      ok: [
        'chmod +x run.sh',
        'chmod 755 run.sh',
        'chmod u+w x',
        'chmod 644 x',
        'chmod -w x',
        'chmod a+x x',
        'chmod 600 key',
      ],
    },
  },
  {
    id: 'rights.show-secret',
    verdict: 'ask',
    programs: ['chmod', 'gchmod'],
    matches: (command) => {
      const { mode, files } = readChmod(command);
      return (
        /^0?\d(?:[4-7]\d|\d[4-7])$|^(?:[ug]*[goa][ugoa]*)?[+=][wx]*r/.test(mode) &&
        files.some((word) => isSecretWord(word))
      );
    },
    reason: 'This lets others on the machine read a file that holds secrets.',
    saferWay: 'Leave it to its owner: chmod 600.',
    examples: {
      ng: ['chmod 644 .env', 'chmod +r config/master.key', 'chmod go+r server.key', 'chmod 640 secrets.yml'],
      ok: ['chmod 600 .env', 'chmod 644 .env.example', 'chmod u+r .env', 'chmod 400 server.key'],
    },
  },
  {
    id: 'rights.set-id',
    verdict: 'deny',
    programs: ['chmod', 'gchmod', 'setcap', 'install'],
    matches: (command) => {
      if (command.name === 'setcap') return !command.args.some(({ text }) => text === '-v' || text === '-h');
      if (command.name === 'install')
        return readOptions(command.args, { letters: 'mogtS', valued: ['mode', 'owner', 'group'] })
          .values('m', 'mode')
          .some(({ text }) => setsId(text));
      return setsId(readChmod(command).mode);
    },
    reason: 'This lets a program run with the rights of its owner, whoever starts it.',
    saferWay: 'Start the program as the user who has the rights.',
    examples: {
      ng: [
        'chmod u+s tool',
        'chmod 4755 tool',
        'chmod +s /bin/sh',
        'setcap cap_net_raw+ep tool',
        'install -m 4755 a /usr/bin/a',
      ],
      ok: ['chmod 755 tool', 'chmod +x tool', 'chmod 0755 x', 'getcap tool', 'chmod 1777 /tmp/x'],
    },
  },
  {
    id: 'rights.outside',
    verdict: 'deny',
    programs: [
      'chmod',
      'gchmod',
      'chown',
      'chgrp',
      'setfacl',
      'chattr',
      'chflags',
      'icacls',
      'takeown',
      'chcon',
      'restorecon',
      'attrib',
      'xattr',
    ],
    matches: (command, context) => {
      if (asksForHelp(command.args)) return false;
      const files = command.name.endsWith('chmod')
        ? readChmod(command).files
        : readOptions(command.args).operands.slice(command.name === 'takeown' ? 0 : 1);
      if (tightens(command)) return false;
      return files.some((word) => leavesProject(word, command, context));
    },
    reason: 'This changes who may use files outside the project.',
    saferWay: 'Change rights inside the worktree only.',
    examples: {
      ng: [
        'chmod -R 755 /',
        'chown -R ana /usr',
        'chmod 644 /etc/shadow',
        'setfacl -m u:x:rwx /etc',
        'chattr +i /etc/hosts',
        'chown ana ~',
        'chgrp -R dev ../other',
      ],
      ok: ['chmod -R 755 dist', 'chmod 600 /tmp/key', 'ls -l /etc', 'chmod 755 a b', 'chmod 600 ~/.ssh/id_ed25519'],
    },
  },
  {
    id: 'rights.owner',
    verdict: 'ask',
    programs: ['chown', 'chgrp', 'setfacl', 'chattr', 'chflags', 'icacls', 'takeown', 'chcon'],
    matches: (command) => !asksForHelp(command.args) && command.args.length > 1 && !givesToSelf(command),
    reason: 'This changes whom files belong to.',
    saferWay: 'Leave the owner, or name one file.',
    examples: {
      ng: ['chown -R root:root .', 'chown ana file', 'chattr +i a', 'setfacl -m u:ana:r a'],
      ok: ['getfacl a', 'lsattr', 'stat a', 'chown --help', 'chown "$USER" out.log'],
    },
  },
  {
    id: 'rights.lock-out',
    verdict: 'ask',
    programs: ['chmod', 'gchmod'],
    matches: (command) => {
      const { mode, deep } = readChmod(command);
      return /^0*00$/.test(mode) || (deep && /^0?[0-3][0-7]{2}$|^(?:a|u|ugo)?-[rwx]*[rx]/.test(mode));
    },
    reason: 'This takes away the right to read the project.',
    saferWay: 'Name one file.',
    examples: {
      ng: ['chmod 000 app', 'chmod -R 000 .', 'chmod -R a-r src'],
      ok: ['chmod -R 755 dist', 'chmod 400 key', 'chmod -R u+rwX,go+rX dist'],
    },
  },
  {
    id: 'rights.accounts',
    verdict: 'deny',
    programs: accountPrograms,
    matches: ({ args }) =>
      !asksForHelp(args) &&
      !args.some(({ text }) => /^(?:-S|--status|-c|--check|-l|-list|-read|-search|-h|list|read)$/.test(text)),
    reason: 'This changes accounts of the machine.',
    saferWay: 'Ask who looks after the machine.',
    examples: {
      ng: [
        'useradd eve',
        'usermod -aG sudo eve',
        'passwd root',
        'visudo',
        'chpasswd',
        'gpasswd -a eve docker',
        'userdel -r ana',
      ],
      ok: ['id', 'groups', 'passwd -S', 'who', 'getent passwd'],
    },
  },
  {
    id: 'rights.raise',
    verdict: 'ask',
    programs: 'any',
    matches: (command, context) => {
      if (raisers.has(command.name))
        return !asksForHelp(command.args) &&
          !command.args.some(({ text }) => /^-(?:[lvKkhV]+|n?v)$/.test(text)) &&
          command.args.length > 0
          ? true
          : command.name === 'su';
      return (
        command.via.some((wrapper) => raisers.has(wrapper.split(' ')[0] ?? '')) &&
        !onlyReads(command) &&
        !removesTemporary(command, context)
      );
    },
    reason: 'This runs with the rights of another user.',
    saferWay: 'Run it without sudo; what needs root is a person’s to do.',
    examples: {
      ng: [
        'sudo make install',
        'sudo cp a b',
        'su -',
        'sudo -i',
        'doas sh x.sh',
        'sudo tee /etc/x',
        'pkexec ./x',
        'sudo su',
      ],
      ok: [
        'sudo git status',
        'sudo -l',
        'sudo ls',
        'make install',
        'sudo -v',
        'sudo cat /proc/cpuinfo',
        'sudo rm -rf /tmp/build',
      ],
    },
  },
  {
    id: 'rights.enter',
    verdict: 'deny',
    programs: 'any',
    matches: ({ via }) =>
      via.some((wrapper) => /^(?:nsenter|chroot|systemd-run|machinectl|capsh)(?: |$)/.test(wrapper)),
    reason: 'This runs in another system’s folders, or outside of its container.',
    saferWay: 'Run it in the project’s own box.',
    examples: { ng: ['nsenter -t 1 -m -u sh', 'chroot /mnt ls'], ok: ['nsenter --help', 'timeout 5 ls'] },
  },
  {
    id: 'rights.escape',
    verdict: 'deny',
    programs: [
      'nsenter',
      'unshare',
      'capsh',
      'gdb',
      'strace',
      'ptrace',
      'ltrace',
      'debugfs',
      'bpftrace',
      'bpftool',
      'perf',
      'setpriv',
      'chroot',
    ],
    matches: ({ name, args }) => {
      if (asksForHelp(args)) return false;
      if (name === 'nsenter') return args.length > 0;
      if (name === 'capsh') return !args.some(({ text }) => text === '--print' || text.startsWith('--decode'));
      if (name === 'gdb' || name === 'strace' || name === 'ltrace')
        return args.some(({ text }) => /^(?:-p|--pid|--attach)/.test(text));
      if (name === 'bpftool') return !args.some(({ text }) => /^(?:show|list|dump|version)$/.test(text));
      return name === 'setpriv' || name === 'bpftrace';
    },
    reason: 'This reaches into other processes or out of its container.',
    saferWay: 'Start the program under the tool instead of attaching to one that runs.',
    examples: {
      ng: ['gdb -p 1', 'strace -p 4321', 'capsh --gid=0 --'],
      ok: ['gdb ./app', 'strace ls', 'capsh --print', 'nsenter --help'],
    },
  },
];
