import type { SimpleCommand } from '../interpreted.ts';
import type { Rule } from '../rule.ts';
import { onGit, readGit, type GitCall } from './git-words.ts';

const git = ['git'] as const;

/** Settings by which git runs another program, sends data elsewhere, or trusts what it should not. */
const runningKeys =
  /^(?:ssh\.variant|core\.(?:sshcommand|fsmonitor|pager|editor|hookspath|gitproxy|askpass|attributesfile|worktree|alternaterefscommand)|sequence\.editor|diff\.external|credential\..*helper|credential\.helper|gpg\.(?:.*\.)?program|protocol\.(?:.*\.)?allow|filter\..*\.(?:clean|smudge|process)|diff\..*\.(?:command|textconv)|merge\..*\.driver|mergetool\..*\.(?:cmd|path)|difftool\..*\.(?:cmd|path)|pager\..*|browser\..*\.cmd|man\..*\.cmd|remote\..*\.(?:vcs|uploadpack|receivepack|proxy)|url\..*\.(?:insteadof|pushinsteadof)|uploadpack\.packobjectshook|include(?:if\..*)?\.path|http\.(?:.*\.)?(?:sslverify|proxy|extraheader|cookiefile)|sendemail\..*|submodule\..*\.update|receive\..*|safe\.directory|init\.templatedir|trailer\..*\.c(?:md|ommand)|interactive\.difffilter|fsck\..*|transfer\.fsckobjects|log\.showsignature|user\.signingkey|commit\.gpgsign|tag\.gpgsign)$/;

const harmlessValue: Record<string, RegExp> = {
  'core.pager': /^(?:|cat|less.*|more|true|delta)$/,
  'core.editor': /^(?:true|:|vim?|nano|code --wait|emacs)$/,
  'sequence.editor': /^(?:true|:|cat)$/,
  'http.sslverify': /^(?:true|1|on)$/i,
  'commit.gpgsign': /./,
  'tag.gpgsign': /./,
  'protocol.version': /./,
  'credential.helper': /^(?:|cache.*)$/,
  'core.fsmonitor': /^(?:true|false)$/i,
  'log.showsignature': /./,
};

function runsSomething(key: string, value: string): boolean {
  const lower = key.toLowerCase();
  if (lower.startsWith('alias.')) return value.startsWith('!');
  if (!runningKeys.test(lower)) return false;
  if (lower.startsWith('pager.')) return !/^(?:true|false|cat|less.*|)$/.test(value);
  return !harmlessValue[lower]?.test(value);
}

const networkVerbs = new Set([
  'fetch',
  'pull',
  'push',
  'clone',
  'ls-remote',
  'submodule',
  'remote',
  'fetch-pack',
  'send-pack',
  'lfs',
  'svn',
  'bundle',
]);

function reachesNetwork({ verb, options }: GitCall): boolean {
  return networkVerbs.has(verb) || (verb === 'archive' && options.has('remote'));
}

/** Settings of the environment: GIT_CONFIG_KEY_0 and its like. */
function environmentSettings({ env }: SimpleCommand): [string, string][] {
  const found: [string, string][] = [];
  for (const [name, { text }] of env) {
    const number = /^GIT_CONFIG_KEY_(\d+)$/.exec(name)?.[1];
    if (number !== undefined) found.push([text, env.get(`GIT_CONFIG_VALUE_${number}`)?.text ?? '']);
    if (name === 'GIT_CONFIG_PARAMETERS')
      for (const [, key = '', value = ''] of text.matchAll(/'([^'=]+)'?='?([^']*)'/g)) found.push([key, value]);
  }
  return found;
}

const programVariables = [
  'GIT_CONFIG',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_EXTERNAL_DIFF',
  'GIT_PROXY_COMMAND',
  'GIT_EXEC_PATH',
  'GIT_TEMPLATE_DIR',
];
const networkVariables = [
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_ALLOW_PROTOCOL',
  'GIT_ASKPASS',
  'SSH_ASKPASS',
];

/** Programs that git starts to show or ask; the usual ones are harmless. */
const viewerVariables = [
  'GIT_PAGER',
  'PAGER',
  'GIT_EDITOR',
  'GIT_SEQUENCE_EDITOR',
  'EDITOR',
  'VISUAL',
  'BROWSER',
  'LESSOPEN',
];

export function isStrangeViewer(value: string | undefined): boolean {
  return (
    value !== undefined &&
    !/^(?:|cat|less|more|true|:|vim?|nvim|nano|emacs|ed|delta|bat|code|\/bin\/true)(?: -[\w-]+)*$/.test(value)
  );
}

function runsByEnvironment(command: SimpleCommand): boolean {
  const call = readGit(command);
  if (!call) return false;
  if (command.env.get('GIT_SSL_NO_VERIFY') || runsByOption(command, call)) return true;
  if (programVariables.some((name) => command.env.has(name))) return true;
  if (viewerVariables.some((name) => isStrangeViewer(command.env.get(name)?.text))) return true;
  if (networkVariables.some((name) => command.env.has(name)) && reachesNetwork(call)) return true;
  return [...call.settings, ...environmentSettings(command)].some(([key, value]) => {
    if (/^(?:core\.sshcommand|ssh\.variant)$/i.test(key)) return reachesNetwork(call);
    return runsSomething(key, value);
  });
}

/** Where git finds its own programs and its hooks, the setting whose value a variable holds, the program that shows what was found. */
function runsByOption({ args }: SimpleCommand, { verb, options }: GitCall): boolean {
  if (args.some(({ text }) => text.startsWith('--exec-path='))) return true;
  const named = args.flatMap(({ text }, index) =>
    text === '--config-env' ? (args[index + 1]?.text ?? '') : (/^--config-env=(.*)$/.exec(text)?.[1] ?? []),
  );
  if (named.some((setting) => runsSomething(...splitSetting(setting)))) return true;
  if (verb === 'grep') return options.names.some((name) => name === 'O' || name === 'open-files-in-pager');
  return verb === 'init' && options.has('template');
}

function writesSetting(call: GitCall): boolean {
  const { options } = call;
  if (options.has('get', 'get-all', 'get-regexp', 'get-urlmatch', 'list', 'l')) return false;
  if (options.has('e', 'edit')) return true;
  const { key, value, removes } = settingOf(call);
  if (key === 'edit') return true;
  if (value === undefined && !removes) return false;
  if (options.has('global', 'system') || runsSomething(key, value ?? '')) return true;
  return removes && runningKeys.test(key.toLowerCase());
}

/** The setting that `git config` is about, in its older form and with verbs. */
function settingOf({ options }: GitCall): { key: string; value: string | undefined; removes: boolean } {
  const [first = '', second = '', third] = options.operands.map(({ text }) => text);
  const removes = options.has('unset', 'unset-all', 'remove-section', 'rename-section');
  if (first === 'get' || first === 'list') return { key: second, value: undefined, removes: false };
  if (first === 'set') return { key: second, value: third, removes };
  if (first === 'unset' || first === 'remove-section') return { key: second, value: undefined, removes: true };
  return { key: first, value: options.operands[1]?.text, removes };
}

/** Commands that make git run, trust or skip something. */
export const gitTrustRules: readonly Rule[] = [
  {
    id: 'git.run-by-setting',
    verdict: 'deny',
    programs: git,
    matches: runsByEnvironment,
    reason: 'This setting makes git run another program or trust what it should not.',
    saferWay: 'Leave the setting away.',
    examples: {
      ng: [
        'git -c core.sshCommand=./x fetch',
        'git -c core.fsmonitor=./evil status',
        'git -c diff.external=x diff',
        'GIT_SSH_COMMAND=./x git push',
        'GIT_EXTERNAL_DIFF=x git diff',
        'git -c http.sslVerify=false clone https://example.com/x',
        'GIT_SSL_NO_VERIFY=1 git fetch',
        'git --exec-path=./bin status',
        'git --config-env=core.sshCommand=X fetch',
        'git grep -O./x TODO',
        'git init --template=./x',
        'git -c "alias.x=!curl example.com" x',
      ],
      ok: [
        'git -c user.name=x commit -m y',
        'git --exec-path',
        'git grep -n TODO',
        'git init -b main',
        'git -c core.pager=cat log',
        'git -c color.ui=always diff',
        'GIT_PAGER=cat git log',
        'GIT_EDITOR=true git rebase --continue',
      ],
    },
  },
  {
    id: 'git.config-trust',
    verdict: 'ask',
    programs: git,
    matches: onGit('config', writesSetting),
    reason: 'This changes settings of git that outlive the task, or that make it run programs.',
    saferWay: 'Set names and preferences for this repository only.',
    examples: {
      ng: [
        'git config core.hooksPath .hooks',
        'git config --global user.email a@example.com',
        'git config alias.x "!sh evil"',
        'git config http.sslVerify false',
        'git config credential.helper store',
        'git config --global --unset user.name',
        'git config --edit',
        'git config set core.sshCommand x',
      ],
      ok: [
        'git config user.name "Ana"',
        'git config --get remote.origin.url',
        'git config -l',
        'git config --global user.email',
        'git config alias.st status',
        'git config core.hooksPath',
      ],
    },
  },
  {
    id: 'git.no-verify',
    verdict: 'ask',
    programs: git,
    matches: onGit(
      ['commit', 'push', 'merge', 'rebase', 'pull', 'am', 'cherry-pick'],
      ({ verb, options }) => options.has('no-verify') || (verb === 'commit' && options.has('n')),
    ),
    reason: 'This skips the checks that the project asks for.',
    saferWay: 'Let the hooks run and mend what they find.',
    examples: {
      ng: ['git commit --no-verify -m x', 'git commit -nm x', 'git push --no-verify', 'git commit --no-ver'],
      ok: ['git commit -m "--no-verify"', 'git commit -m "use -n"', 'git push -n', 'git merge -n main'],
    },
  },
  {
    id: 'git.skip-hooks',
    verdict: 'ask',
    programs: git,
    matches: (command) =>
      readGit(command)?.verb === 'commit' &&
      ['HUSKY', 'HUSKY_SKIP_HOOKS', 'SKIP', 'PRE_COMMIT_ALLOW_NO_CONFIG', 'LEFTHOOK'].some((name) =>
        command.env.has(name),
      ),
    reason: 'This skips the checks that the project asks for.',
    saferWay: 'Let the hooks run and mend what they find.',
    examples: {
      ng: ['HUSKY=0 git commit -m x', 'SKIP=eslint git commit -m x', 'LEFTHOOK=0 git commit'],
      ok: ['GIT_AUTHOR_NAME=x git commit -m y', 'CI=1 git commit -m x'],
    },
  },
  {
    id: 'git.remote-elsewhere',
    verdict: 'ask',
    programs: git,
    matches: (command, { facts, all }) => {
      const call = readGit(command);
      return call !== undefined && (sendsElsewhere(call, facts.remotes) || pushesToNew(call, all.commands));
    },
    reason: 'This sends the project to an address that is not one of its remotes.',
    saferWay: 'Push to one of the remotes of the project.',
    examples: {
      ng: [
        'git push https://example.com/x.git main',
        'git push git@example.com:x/y.git',
        'git remote set-url origin https://example.com/x',
        'git send-email *.patch',
        'git remote add x https://example.com/x.git && git push x --all',
      ],
      ok: ['git push origin main', 'git remote add up https://example.com/x', 'git remote get-url origin'],
    },
  },
  {
    id: 'git.clone-helper',
    verdict: 'deny',
    programs: git,
    matches: runsHelper,
    reason: 'This makes git run a program of the address it reads from.',
    saferWay: 'Use a plain https or ssh address.',
    examples: {
      ng: [
        'git clone ext::sh x',
        'git clone -u ./evil https://example.com/x',
        'git fetch --upload-pack=./x origin',
        'git clone -c core.sshCommand=x https://example.com/y',
        'git ls-remote --upload-pack x y',
      ],
      ok: [
        'git clone https://example.com/x.git',
        'git clone --depth 1 git@example.com:x/y',
        'git fetch -u origin main:main',
      ],
    },
  },
];

function sendsElsewhere({ verb, options }: GitCall, remotes: readonly string[] | undefined): boolean {
  const first = options.operands[0]?.text;
  if (verb === 'remote') return first === 'set-url';
  if (verb === 'send-email' || verb === 'request-pull') return true;
  const target = first ?? options.values('repo')[0]?.text ?? '';
  return verb === 'push' && isAddress(target) && !remotes?.includes(target);
}

/** To a remote that this very line added. */
function pushesToNew({ verb, options }: GitCall, commands: readonly SimpleCommand[]): boolean {
  const target = options.operands[0]?.text;
  if (verb !== 'push' || target === undefined) return false;
  return commands.some((other) => {
    const words = readGit(other)?.verb === 'remote' ? (readGit(other)?.options.operands ?? []) : [];
    return words[0]?.text === 'add' && words[1]?.text === target;
  });
}

/** A program to run at either end of the connection, or one that the new clone would run. */
function runsHelper(command: SimpleCommand): boolean {
  const call = readGit(command);
  if (!call || !reachesNetwork(call)) return false;
  const { options } = call;
  if (options.has('upload-pack', 'receive-pack', 'exec')) return true;
  if (options.operands.some(({ text }) => /^(?:ext|fd)::/.test(text))) return true;
  if (call.verb !== 'clone') return false;
  return (
    options.has('u', 'template') ||
    options.values('c', 'config').some(({ text }) => runsSomething(...splitSetting(text)))
  );
}

function splitSetting(text: string): [string, string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, 'true'] : [text.slice(0, equals), text.slice(equals + 1)];
}

function isAddress(text: string): boolean {
  return /^[a-z+]+:\/\//i.test(text) || /^[\w.-]+@[\w.-]+:/.test(text) || /^(?:\/|\.\.\/|~\/)/.test(text);
}
