import { HOLE, type SimpleCommand, type Word } from '../interpreted.ts';
import { readOptions } from '../options.ts';
import { splitWord } from '../word.ts';
import { readGit } from './git-words.ts';
import { isSecretPath, isSecretWord } from './secret-paths.ts';

/** Programs whose words are not files, or that show nothing of the files that they name. */
const blind = new Set(
  'ls exa eza tree echo printf test [ [[ touch mkdir cd pushd popd basename dirname realpath readlink which type command man info whatis export unset alias local declare set true false sleep chmod chown chgrp rm rmdir unlink shred ln file stat du df wc cksum sum md5 md5sum sha1sum sha224sum sha256sum sha384sum sha512sum shasum b2sum find fd fdfind locate seq kill date expect_file say notify-send title pwd brew apt apt-get npm pnpm yarn pip pip3 cargo go ssh-add ssh-keygen source . trap return exit test-path resolve-path split-path join-path get-command'.split(
    ' ',
  ),
);

/** `openssl rsa -in x.key -noout -check`, `-pubout`: what is shown of a key is no secret. */
function showsPublicHalf({ name, args }: SimpleCommand): boolean {
  const words = args.map(({ text }) => text);
  if (name !== 'openssl' || !/^(?:rsa|ec|pkey|dsa|pkcs12)$/.test(words[0] ?? '')) return false;
  const shows = words.some((word) => /^-(?:noout|pubout|nokeys)$/.test(word));
  return shows && !words.some((word) => /^-(?:text|modulus_private|nocerts)$/.test(word));
}

/** Keep secrets by paths of their own; a file begins like a path of the machine, or stands behind `@`. */
const stores = /^(?:vault|bao|consul|etcdctl|chamber|conjur|pass|gopass|lpass|berglas|infisical)$/;

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
  perl: { letters: 'eEIMmx', valued: [], given: ['e', 'E'] },
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
};

/** Options that load or name a file without showing it. */
const loadsFile =
  /^--?(?:env-file|envFile|identity-file|exclude|exclude-from|exclude-dir|ignore-file|ignore|ignore-path|ignore-pattern|skip|message|m|name|iname|path|not-path|title|body|description|label|glob|iglob|g|cacert|ca-file|out|keyout)(?:=|$)/;

/** Options by which even these take words, and show them in what they complain of, from a file. */
function namesFrom({ name, args }: SimpleCommand): readonly Word[] {
  return args.filter(
    ({ text }, index) =>
      /^--(?:files0-from|fromfile|from-file)=/.test(text) ||
      /^--(?:files0-from|fromfile)$/.test(args[index - 1]?.text ?? '') ||
      ((name === 'date' || name === 'file') && args[index - 1]?.text === '-f') ||
      (name === 'man' && args[index - 1]?.text === '-l'),
  );
}

/** Interpreters' programs are read by what they do, not as the name of a file. */
const withPrograms =
  /^(?:python[\d.]*|pypy3?|ipython3?|node(?:js)?|deno|bun|tsx|ts-node|ruby|irb|php|lua|luajit|perl|julia|rscript|r|osascript|tclsh|elixir|groovy|scala|emacs|psql|mysql|mariadb|sqlite3|mongosh|redis-cli)$/;
const isProgramText = ({ text }: Word) => /[('"`]/.test(text) && /[\s()]/.test(text);

/** Functions and statements of databases that read a file of the machine. */
const readsByStatement =
  /\b(?:load_file|readfile|pg_read_(?:binary_)?file|lo_import|read_(?:csv|text|blob|json)|load\s+data|copy\s+\w+(?:\s*\([^)]*\))?\s+from|attach|\.read|\.import|source)\b/i;

function readByStatement({ name, args }: SimpleCommand): readonly Word[] {
  if (!/^(?:psql|mysql|mariadb|sqlite3|duckdb|pgcli|mycli|clickhouse-client)$/.test(name)) return [];
  return args
    .filter(({ text }) => readsByStatement.test(text))
    .flatMap((word) =>
      [...word.text.matchAll(/["']([^"'\s]+)["']/g)].map((match) => ({ ...word, text: match[1] ?? '' })),
    );
}

const packers = /^(?:cpio|pax|tar|gtar|bsdtar|zip|rsync)$/;

/** Names that a program reads and then opens: `cpio -o <<< x`, `tar -T -`, `zip -@`. */
function namesOnInput({ name, args, stdin }: SimpleCommand): readonly Word[] {
  if (stdin.kind !== 'text') return [];
  const reads =
    name === 'cpio' || name === 'pax' || args.some(({ text }) => /^(?:-@|-T-?|--files-from(?:=-)?)$/.test(text));
  return reads ? splitWord(stdin.text, /\s+/g) : [];
}

/** The last word is where it goes, unless an option names that. */
const copiers = /^(?:cp|mv|install|ln|gcp|gmv)$/;
const namesTarget = ({ text }: Word) => /^(?:-t|--target-directory)/.test(text);

/** Closes what it is given. */
const encrypts = ({ name, args }: SimpleCommand) =>
  name === 'sops' && args.some(({ text }) => /^(?:-e|--encrypt|encrypt)$/.test(text));

function fileWords(command: SimpleCommand): readonly Word[] {
  const { name, args } = command;
  if (withPrograms.test(name)) return args.filter((word) => !isProgramText(word));
  if (encrypts(command)) return [];
  return copiers.test(name) && args.length > 1 && !args.some(namesTarget) ? args.slice(0, -1) : args;
}

/** The words of a command that it would open. */
export function opened(command: SimpleCommand): readonly Word[] {
  const { name } = command;
  const args = fileWords(command);
  const redirected = command.redirects.filter(({ kind }) => kind === '<').map(({ target }) => target);
  const stdin = command.stdin.kind === 'file' ? [command.stdin.path] : [];
  if (blind.has(name)) return [...namesFrom(command), ...redirected, ...stdin];
  if (showsPublicHalf(command)) return [...redirected, ...stdin];
  if (stores.test(name)) return [...args.filter(({ text }) => /^[~./]|[@=]/.test(text)), ...redirected, ...stdin];
  if (packers.test(name)) return [...withoutLoads(name, args), ...namesOnInput(command), ...redirected, ...stdin];
  if (name === 'git') return [...openedByGit(command), ...redirected, ...stdin];
  const pattern = patternFirst[likeAnother[name] ?? name];
  if (!pattern) return [...withoutLoads(name, args), ...readByStatement(command), ...redirected, ...stdin];
  const options = readOptions(args, pattern);
  const files = options.has(...pattern.given) ? options.operands : options.operands.slice(1);
  const assigned = pattern === patternFirst.awk ? options.values('v', 'assign') : [];
  return [...files, ...options.values('f', 'file', 'from-file'), ...assigned, ...redirected, ...stdin];
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

/** Verbs that take a message or a text from a file. */
const takesText = new Set(['commit', 'notes', 'tag', 'merge', 'config']);

function valuesOf(args: readonly Word[], option: RegExp, attached: RegExp): readonly Word[] {
  return args.flatMap((word, index) => {
    if (option.test(args[index - 1]?.text ?? '')) return [word];
    return attached.test(word.text) ? [{ ...word, text: word.text.replace(attached, '') }] : [];
  });
}

/** git shows, or takes into a commit, the files that some of its verbs name. */
function openedByGit(command: SimpleCommand): readonly Word[] {
  const call = readGit(command);
  if (!call) return [];
  if (takesText.has(call.verb)) return valuesOf(command.args, /^(?:-[Ff]|--file)$/, /^(?:-[Ff]|--file=)(?=.)/);
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
    /(?:^|_)(?:TOKEN|SECRETS?|PASSWORD|PASSWD|PASS|PASSPHRASE|PWD_?HASH|CREDENTIALS?|PRIVATE|API_?KEY|ACCESS_?KEY|SECRET_?KEY|SIGNING_?KEY|ENCRYPTION_?KEY|AUTH|PAT|KEY|DSN|CONNECTION_STRING|APIKEY|(?:DATABASE|DB|MONGO(?:DB)?|REDIS|AMQP|RABBITMQ|POSTGRES(?:QL)?|MYSQL|SENTRY|WEBHOOK)_(?:URL|URI|DSN))(?:_|$)|(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|APIKEY|MYSQL_PWD|REDISCLI_AUTH)$/i.test(
      name,
    ) && !/^(?:SSH_AUTH_SOCK|XAUTHORITY|KEY|AUTH|GPG_TTY)$/.test(name)
  );
}

/** The names of variables that a word's unknown stretches come from. */
export function variablesOf({ text, holes }: Word): string[] {
  if (!text.includes(HOLE)) return [];
  return holes.flatMap((hole) => /^\$\{?!?([A-Za-z_]\w*)/.exec(hole)?.[1] ?? []);
}
