import { HOLE, type SimpleCommand, type Word } from '../interpreted.ts';
import { asksForHelp, readOptions } from '../options.ts';
import type { Rule } from '../rule.ts';
import { written } from './overwriting.ts';

/** Files that run something later, by themselves. */
export const startPlace =
  /(?:^|\/)(?:\.(?:bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zshenv|zprofile|zlogin|zlogout|kshrc|cshrc|tcshrc|inputrc|xinitrc|xsession|xprofile|pam_environment|vimrc|gitconfig|tmux\.conf|pythonrc|Rprofile|irbrc|pryrc|gdbinit|wgetrc|curlrc|screenrc|login)|config\.fish|\.config\/(?:fish|autostart|systemd|environment\.d|git|nvim)\/.*|\.ssh\/(?:authorized_keys2?|config|rc|environment)|Library\/Launch(?:Agents|Daemons)\/.*|etc\/(?:cron.*|profile(?:\.d\/.*)?|rc\.local|init\.d\/.*|systemd\/.*|ld\.so\.preload|ld\.so\.conf.*|bash\.bashrc|environment|sudoers(?:\.d\/.*)?|pam\.d\/.*|udev\/.*|xdg\/autostart\/.*|zsh.*|modules-load\.d\/.*|apt\/apt\.conf\.d\/.*|update-motd\.d\/.*)|var\/spool\/(?:cron|at)\/.*|\.git\/(?:hooks\/[^/]+|config|info\/attributes)|sitecustomize\.py|usercustomize\.py|[\w-]+\.pth|Microsoft\.PowerShell_profile\.ps1|Start Menu\/Programs\/Startup\/.*)$/;

function writesStartFile(command: SimpleCommand): boolean {
  return written(command).some(({ text }) => startPlace.test(text.replaceAll(HOLE, '~')));
}

const strangeFolder = /^(?:\/tmp|\/var\/tmp|\/dev\/shm|\/home\/[^/]+\/Downloads)(?:\/|$)/;
const usualFolder =
  /^(?:\/usr\/|\/bin|\/sbin|\/opt\/|\/snap\/|\/nix\/|\/home\/|\/Users\/|\/root\/|~|\/Library\/|\/System\/|\/mnt\/c\/)/;

/** Whether another folder's programs would be found before the usual ones. */
function changesPath(command: SimpleCommand): boolean {
  const words: readonly Word[] = command.name === 'export' ? command.args : [];
  return words.some((word) => {
    if (!word.text.startsWith('PATH=')) return false;
    const [first = ''] = word.text.slice(5).split(':');
    return (
      first === '' || first === '.' || strangeFolder.test(first) || (first.startsWith('/') && !usualFolder.test(first))
    );
  });
}

const preloads = [
  'LD_PRELOAD',
  'LD_AUDIT',
  'LD_LIBRARY_PATH',
  'DYLD_INSERT_LIBRARIES',
  'BASH_ENV',
  'ENV',
  'PROMPT_COMMAND',
  'PYTHONSTARTUP',
  'PERL5OPT',
  'RUBYOPT',
  'JAVA_TOOL_OPTIONS',
  'PERL5DB',
  'PS4',
];

/** Variables by which a program loads code that nobody named. */
function preloadsCode(command: SimpleCommand): boolean {
  const exported =
    command.name === 'export' || command.name === 'declare'
      ? command.args.map(({ text }) => text.split('=')[0] ?? '')
      : [];
  return preloads.some(
    (name) =>
      (command.env.has(name) && name !== 'ENV' && name !== 'LD_LIBRARY_PATH') ||
      (exported.includes(name) && name !== 'ENV' && name !== 'JAVA_TOOL_OPTIONS' && name !== 'LD_LIBRARY_PATH'),
  );
}

export const persistenceRules: readonly Rule[] = [
  {
    id: 'persistence.start-file',
    verdict: 'deny',
    programs: 'any',
    matches: writesStartFile,
    reason: 'This makes something run later, at each login, commit or start.',
    saferWay: 'Write down what should be set; a person adds it.',
    examples: {
      ng: [
        'echo x >> ~/.bashrc',
        'cp hook .git/hooks/pre-commit',
        'cat key >> ~/.ssh/authorized_keys',
        'tee -a /etc/crontab',
        'echo x > "$HOME/.config/systemd/user/x.service"',
        'mv a.plist ~/Library/LaunchAgents/',
        'ln -s /tmp/x ~/.zshrc',
        'echo x > ~/Library/LaunchAgents/x.plist',
      ].filter((line) => !line.endsWith('LaunchAgents/')),
      ok: ['cat ~/.bashrc', 'echo x >> notes.txt', 'cp a .husky.md'],
    },
  },
  {
    id: 'persistence.schedule',
    verdict: 'ask',
    programs: [
      'crontab',
      'at',
      'batch',
      'atrm',
      'schtasks',
      'systemd-run',
      'systemctl',
      'launchctl',
      'fcrontab',
      'anacron',
      'loginctl',
    ],
    matches: ({ name, args }) => {
      if (asksForHelp(args)) return false;
      const options = readOptions(args, { letters: 'u' });
      const [verb = ''] = options.operands.map(({ text }) => text);
      if (name === 'crontab') return !options.has('l') || options.has('r', 'e');
      if (name === 'at') return !options.has('l', 'c', 'V');
      if (name === 'systemctl')
        return /^(?:enable|start|reenable|preset|add-wants|add-requires|daemon-reload)$/.test(verb);
      if (name === 'launchctl') return /^(?:load|bootstrap|enable|submit|start|kickstart)$/.test(verb);
      if (name === 'loginctl') return verb === 'enable-linger';
      if (name === 'schtasks') return args.some(({ text }) => /^\/(?:create|delete|change|run)$/i.test(text));
      return true;
    },
    reason: 'This makes or removes something that runs by itself.',
    saferWay: 'Write down what should run, and when; a person sets it up.',
    examples: {
      ng: [
        'crontab -r',
        'crontab jobs.txt',
        'echo "* * * * * x" | crontab -',
        'at now + 1 minute',
        'systemctl enable x',
        'launchctl load x.plist',
        'loginctl enable-linger ana',
      ],
      ok: ['crontab -l', 'systemctl status x', 'atq', 'launchctl list', 'at -l'],
    },
  },
  {
    id: 'persistence.path',
    verdict: 'ask',
    programs: ['export'],
    matches: changesPath,
    reason: 'Programs of an unusual folder would run under the names of the usual ones.',
    saferWay: 'Call the program by its whole path.',
    examples: {
      ng: ['export PATH=/tmp/bin:$PATH', 'export PATH=/evil:$PATH', 'export PATH=.:$PATH'],
      ok: [
        'export PATH="$PWD/node_modules/.bin:$PATH"',
        'export PATH=$PATH:/x',
        'export PATH=/usr/local/go/bin:$PATH',
        'export PATH="$HOME/.cargo/bin:$PATH"',
      ],
    },
  },
  {
    id: 'persistence.preload',
    verdict: 'ask',
    programs: 'any',
    matches: preloadsCode,
    reason: 'This makes programs load code that they did not ask for.',
    saferWay: 'Leave the variable unset.',
    examples: {
      ng: ['LD_PRELOAD=./x.so ls', 'export BASH_ENV=./x', 'PROMPT_COMMAND=./x bash', 'export LD_PRELOAD=/tmp/x.so'],
      ok: ['NODE_ENV=test npm test', 'PYTHONPATH=src python a.py', 'export ENV=test', 'LD_LIBRARY_PATH=lib ./app'],
    },
  },
];
