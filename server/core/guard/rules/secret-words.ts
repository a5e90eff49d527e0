import { HOLE, type SimpleCommand, type Word } from '../interpreted.ts';
import { readOptions } from '../options.ts';
import { readGit } from './git-words.ts';
import { isSecretPath, isSecretWord } from './secret-paths.ts';

/** Programs whose words are not files, or that show nothing of the files that they name. */
const blind = new Set(
  'echo printf test [ [[ touch mkdir cd pushd popd basename dirname realpath readlink which type command man info whatis export unset alias local declare set true false sleep chmod chown chgrp rm rmdir unlink shred ln file stat du df find fd fdfind locate seq kill date expect_file say notify-send title pwd brew apt apt-get npm pnpm yarn pip pip3 cargo go ssh-add ssh-keygen source . trap return exit test-path resolve-path split-path join-path get-command'.split(
    ' ',
  ),
);

/** Programs whose first operand is a pattern or a program, not a file. */
const patternFirst: Record<string, { letters: string; valued: readonly string[]; given: readonly string[] }> = {
  grep: {
    letters: 'efABCmdD',
    valued: ['regexp', 'file', 'include', 'exclude', 'exclude-dir', 'context', 'max-count', 'color'],
    given: ['e', 'f', 'regexp', 'file'],
  },
  rg: {
    letters: 'efgABCmtTjMrE',
    valued: ['regexp', 'file', 'glob', 'type', 'iglob', 'max-count', 'replace', 'ignore-file'],
    given: ['e', 'f', 'regexp', 'file', 'files'],
  },
  ag: { letters: 'ABCmG', valued: ['ignore'], given: [] },
  sed: { letters: 'ef', valued: ['expression', 'file'], given: ['e', 'f', 'expression', 'file'] },
  awk: { letters: 'vfF', valued: ['assign', 'file', 'field-separator'], given: ['f', 'file'] },
  jq: { letters: 'fL', valued: ['from-file', 'indent'], given: ['f', 'from-file'] },
  tr: { letters: '', valued: [], given: [] },
};
const likeAnother: Record<string, string> = {
  egrep: 'grep',
  fgrep: 'grep',
  ggrep: 'grep',
  zgrep: 'grep',
  gsed: 'sed',
  gawk: 'awk',
  mawk: 'awk',
  nawk: 'awk',
  yq: 'jq',
  gojq: 'jq',
  ack: 'ag',
  perl: 'awk',
};

/** Options that load or name a file without showing it. */
const loadsFile =
  /^--?(?:env-file|envFile|identity-file|exclude|exclude-from|exclude-dir|ignore-file|ignore|ignore-path|ignore-pattern|skip|message|m|name|iname|path|not-path|title|body|description|label|glob|iglob|g|cacert|ca-file|out|keyout)(?:=|$)/;

/** The words of a command that it would open. */
export function opened(command: SimpleCommand): readonly Word[] {
  const { name, args } = command;
  const redirected = command.redirects.filter(({ kind }) => kind === '<').map(({ target }) => target);
  const stdin = command.stdin.kind === 'file' ? [command.stdin.path] : [];
  if (blind.has(name)) return [...redirected, ...stdin];
  if (name === 'git') return [...openedByGit(command), ...redirected, ...stdin];
  const pattern = patternFirst[likeAnother[name] ?? name];
  if (!pattern) return [...withoutLoads(name, args), ...redirected, ...stdin];
  const options = readOptions(args, pattern);
  const files = options.has(...pattern.given) ? options.operands : options.operands.slice(1);
  return [...files, ...options.values('f', 'file', 'from-file'), ...redirected, ...stdin];
}

/** Identities are used, not read, when a client logs in with them. */
const logsIn = new Set(['ssh', 'scp', 'sftp', 'mosh', 'autossh', 'rsync', 'sshfs', 'ansible', 'ansible-playbook']);

function withoutLoads(name: string, args: readonly Word[]): Word[] {
  const kept: Word[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index];
    if (!word) continue;
    const loads = loadsFile.test(word.text) || (logsIn.has(name) && /^-[iFe]$/.test(word.text));
    if (!loads) kept.push(word);
    else if (!word.text.includes('=')) index += 1;
  }
  return kept;
}

const showingVerbs = new Set([
  'show',
  'diff',
  'add',
  'blame',
  'cat-file',
  'archive',
  'stage',
  'hash-object',
  'difftool',
  'grep',
  'annotate',
]);

/** git shows, or takes into a commit, the files that some of its verbs name. */
function openedByGit(command: SimpleCommand): readonly Word[] {
  const call = readGit(command);
  if (!call) return [];
  if (call.verb === 'log') return call.options.has('p', 'patch', 'u') ? call.options.operands : [];
  if (!showingVerbs.has(call.verb)) return [];
  return call.verb === 'grep' ? call.options.operands.slice(1) : call.options.operands;
}

/** The parts of a word that could be a path: `file=@.env`, `--body-file=.env`, `HEAD:.env`, `if=.env`. */
export function namesSecret(word: Word): boolean {
  if (isSecretWord(word)) return true;
  const { text } = word;
  if (text.length > 2_000 || !/[=@:,]/.test(text) || /\s/.test(text) || /^[a-z]+:\/\/(?!\/)/i.test(text))
    return /^file:\/\//i.test(text) && isSecretPath(text.slice(7));
  return text
    .split(/[=@:,;]/)
    .some((part, index) => index > 0 && part !== '' && isSecretWord({ ...word, text: part.replace(/^<?\(?/, '') }));
}

/** A name that is secret by the folder in which the command runs. */
export function isSecretHere(word: Word, { cwd }: SimpleCommand): boolean {
  return cwd !== undefined && cwd !== '.' && !/^[-/~\0]/.test(word.text) && isSecretPath(`${cwd}/${word.text}`);
}

/** Short options with the file attached: `-T.env`, `-d@.env`. */
export function attachedSecret({ text }: Word): boolean {
  return /^-[a-zA-Z]@?[.~/]/.test(text) && isSecretPath(text.slice(2).replace(/^@/, ''));
}

/** Whether a variable's name says that it holds something secret. */
export function isSecretVariable(name: string): boolean {
  return (
    /(?:^|_)(?:TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|PWD_?HASH|CREDENTIALS?|PRIVATE|API_?KEY|ACCESS_?KEY|SECRET_?KEY|SIGNING_?KEY|ENCRYPTION_?KEY|AUTH|PAT|KEY|DSN|CONNECTION_STRING|DATABASE_URL|APIKEY)(?:_|$)/i.test(
      name,
    ) && !/^(?:SSH_AUTH_SOCK|XAUTHORITY|KEY|AUTH|GPG_TTY)$/.test(name)
  );
}

/** The names of variables that a word's unknown stretches come from. */
export function variablesOf({ text, holes }: Word): string[] {
  if (!text.includes(HOLE)) return [];
  return holes.flatMap((hole) => /^\$\{?!?([A-Za-z_]\w*)/.exec(hole)?.[1] ?? []);
}
