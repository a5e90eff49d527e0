import type { Word } from '../interpreted.ts';
import { joinWords, literal, sliceWord, splitWord } from '../word.ts';
import { noteClone } from './brought-folders.ts';
import { emit } from './emit.ts';
import { fork, runMaybe, type Call, type Done } from './state.ts';
import { nameOf } from './simple.ts';

/** git runs programs too: aliases, `bisect run`, `submodule foreach`, `rebase --exec`, helpers that settings name. */

const own = new Set([
  'add', 'am', 'apply', 'archive', 'bisect', 'blame', 'branch', 'bundle', 'cat-file', 'checkout', 'cherry', 'cherry-pick', 'clean', 'clone', 'commit',
  'config', 'describe', 'diff', 'difftool', 'fetch', 'filter-branch', 'for-each-ref', 'format-patch', 'fsck', 'gc', 'grep', 'help', 'init', 'log',
  'ls-files', 'ls-remote', 'ls-tree', 'merge', 'merge-base', 'mergetool', 'mv', 'notes', 'prune', 'pull', 'push', 'range-diff', 'rebase', 'reflog',
  'remote', 'repack', 'replace', 'reset', 'restore', 'rev-list', 'rev-parse', 'revert', 'rm', 'shortlog', 'show', 'show-ref', 'sparse-checkout', 'stash',
  'status', 'submodule', 'switch', 'symbolic-ref', 'tag', 'update-index', 'update-ref', 'worktree', 'read-tree', 'checkout-index', 'maintenance',
]); // prettier-ignore

const valued =
  /^(?:-C|-c|--git-dir|--work-tree|--namespace|--super-prefix|--config-env|--exec-path|--attr-source|--list-cmds)$/;
const runningSettings =
  /^(?:core\.(?:pager|editor|sshcommand|askpass|fsmonitor|gitproxy)|sequence\.editor|diff\.external|credential\.helper|gpg\.program|uploadpack\.packobjectshook|pager\.\w+|(?:diff|difftool|mergetool|filter|merge)\.[\w.]+\.(?:cmd|command|textconv|clean|smudge|process|driver))$/i;

export function gitHandler(call: Call): Done {
  const at = emit(call);
  const { settings, rest } = readGlobal(call.args);
  for (const [name, value] of environmentSettings(call)) settings.push([name, value]);
  runSettings(call, settings);
  const [verb, ...args] = rest;
  if (verb !== undefined) runVerb({ call, settings, verb, args });
  return { status: undefined, output: { text: undefined, from: [...(call.stdin?.from ?? []), at] } };
}

type Setting = [string, Word];

function readGlobal(args: readonly Word[]): { settings: Setting[]; rest: readonly Word[] } {
  const settings: Setting[] = [];
  let at = 0;
  while (at < args.length && args[at]?.text.startsWith('-') === true) {
    const word = args[at] ?? literal('');
    const value = /^-c./.test(word.text) ? sliceWord(word, 2) : word.text === '-c' ? args[at + 1] : undefined;
    const equals = value?.text.indexOf('=') ?? -1;
    if (value !== undefined && equals > 0) settings.push([value.text.slice(0, equals), sliceWord(value, equals + 1)]);
    at += valued.test(word.text) ? 2 : 1;
  }
  return { settings, rest: args.slice(at) };
}

/** `GIT_CONFIG_KEY_0=alias.x GIT_CONFIG_VALUE_0=…` */
function environmentSettings({ env }: Call): Setting[] {
  return [...env].flatMap(([name, key]): Setting[] => {
    const number = /^GIT_CONFIG_KEY_(\d+)$/.exec(name)?.[1];
    const value = number === undefined ? undefined : env.get(`GIT_CONFIG_VALUE_${number}`);
    return value === undefined ? [] : [[key.text, value]];
  });
}

function runSettings(call: Call, settings: readonly Setting[]): void {
  for (const [name, value] of settings) if (runningSettings.test(name)) shellLine(call, value, `git -c ${name}`);
  for (const name of [
    'GIT_SSH_COMMAND',
    'GIT_EDITOR',
    'GIT_PAGER',
    'GIT_EXTERNAL_DIFF',
    'GIT_SEQUENCE_EDITOR',
    'GIT_ASKPASS',
    'GIT_PROXY_COMMAND',
  ]) {
    const value = call.env.get(name);
    if (value !== undefined) shellLine(call, value, name);
  }
}

function shellLine(call: Call, text: Word, via: string): void {
  runMaybe(
    call.shell,
    (way) => void way.walk.program({ ...call, shell: way, env: new Map() }, { text, via, positional: [] }),
  );
}

type Verb = { call: Call; settings: readonly Setting[]; verb: Word; args: readonly Word[] };

function runVerb({ call, settings, verb, args }: Verb): void {
  const alias =
    settings.findLast(([name]) => name.toLowerCase() === `alias.${verb.text.toLowerCase()}`)?.[1] ??
    configured(call, verb.text);
  if (alias !== undefined && !own.has(verb.text)) runAlias(call, alias, args);
  if (verb.text === 'config') remember(call, args);
  if (verb.text === 'clone') noteClone(call, args);
  if (verb.text === 'bisect' && args[0]?.text === 'run') runWords(call, args.slice(1), 'git bisect run');
  if (verb.text === 'submodule') runForeach(call, args);
  if (/^(?:rebase|filter-branch|difftool|grep|fetch|pull|push|clone|archive|ls-remote|mergetool)$/.test(verb.text))
    runOptions(call, verb.text, args);
}

function configured({ shell }: Call, name: string): Word | undefined {
  const value = shell.variables.get(`git alias.${name}`);
  return value?.kind === 'text' ? value.word : undefined;
}

/** `git config alias.x …` in the same line. */
function remember({ shell }: Call, args: readonly Word[]): void {
  const at = args.findIndex(({ text }) => text.startsWith('alias.'));
  const value = args[at + 1];
  if (at >= 0 && value !== undefined) shell.variables.set(`git ${args[at]?.text ?? ''}`, { kind: 'text', word: value });
}

function runAlias(call: Call, alias: Word, args: readonly Word[]): void {
  if (call.shell.via.filter((via) => via === 'git alias').length > 3) return;
  if (alias.text.startsWith('!')) {
    shellLine(call, joinWords([sliceWord(alias, 1), ...args], ' '), 'git alias');
    return;
  }
  const shell = fork(call.shell, { via: [...call.shell.via, 'git alias'] });
  const words = splitWord(alias, /\s+/g).filter(({ text }) => text !== '');
  shell.walk.call({ ...call, shell, args: [...words, ...args], redirects: [], byShell: false });
}

function runWords(call: Call, words: readonly Word[], via: string): void {
  const [program, ...args] = words;
  const shell = fork(call.shell, { via: [...call.shell.via, via] });
  if (program !== undefined)
    shell.walk.call({ ...call, shell, program, name: nameOf(program), args, redirects: [], byShell: false });
}

function runForeach(call: Call, args: readonly Word[]): void {
  const at = args.findIndex(({ text }) => text === 'foreach');
  const words = at < 0 ? [] : args.slice(at + 1).filter(({ text }) => !/^--(?:recursive|quiet)$/.test(text));
  if (words.length > 0) shellLine(call, joinWords(words, ' '), 'git submodule foreach');
}

const running =
  /^(?:-x|--exec|--extcmd|--(?:tree|index|env|msg|commit|parent|tag-name)-filter|--upload-pack|--receive-pack|--open-files-in-pager|--upload-archive)$/;

function runOptions(call: Call, verb: string, args: readonly Word[]): void {
  for (const [index, word] of args.entries()) {
    const equals = word.text.indexOf('=');
    const value = running.test(word.text)
      ? args[index + 1]
      : equals > 0 && running.test(word.text.slice(0, equals))
        ? sliceWord(word, equals + 1)
        : undefined;
    if (value !== undefined) shellLine(call, value, `git ${verb}`);
    if (word.text.startsWith('ext::')) shellLine(call, sliceWord(word, 5), 'git ext::');
  }
}
