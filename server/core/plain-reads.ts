/**
 * Whether a shell line does nothing but look at things: a few programs that only read, joined by `&&`, `||`, `;` and `|`, with
 * words that the shell takes as they stand. It errs on one side alone: what it does not know for sure does more than read.
 */
export function onlyReads(line: string): boolean {
  const commands = line.length > 2_000 ? undefined : plainCommands(line);
  return commands !== undefined && commands.length > 0 && commands.every(readsOnly);
}

/** The words of each command; undefined as soon as the shell would do more with the line than cut it into words. */
function plainCommands(line: string): string[][] | undefined {
  const commands: string[][] = [[]];
  let rest = line.trim();
  while (rest !== '') {
    const joint = /^(?:&&|\|\||;|\|)[ \t]*/.exec(rest);
    const harmless = /^(?:2>&1|[12]?>[ \t]*\/dev\/null)(?=[ \t;|&]|$)[ \t]*/.exec(rest);
    const word = /^(?![~^])((?:[\w@%+=:,./~^-]|'[^'\n]*'|"[^"\n$`\\!]*")+)[ \t]*/.exec(rest);
    const found = joint ?? harmless ?? word;
    if (!found) return undefined;
    if (joint) commands.push([]);
    else if (!harmless) commands.at(-1)?.push((word?.[1] ?? '').replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'));
    rest = rest.slice(found[0].length);
  }
  return commands;
}

function readsOnly([program = '', ...args]: readonly string[]): boolean {
  return readers.get(program)?.(args) ?? false;
}

type MayRun = (args: readonly string[]) => boolean;

const anyWords: MayRun = () => true;
const without =
  (...forbidden: readonly RegExp[]): MayRun =>
  (args) =>
    !args.some((arg) => forbidden.some((pattern) => pattern.test(arg)));

/** Lines of files, and nothing else: other scripts of sed write files and run programs. */
const sedLines: MayRun = ([quiet, script = '', ...files]) =>
  quiet === '-n' && /^\d+(?:,(?:\d+|\$))?p$/.test(script) && files.every((file) => !file.startsWith('-'));

const gitReads: ReadonlySet<string> = new Set([
  'status',
  'diff',
  'log',
  'show',
  'rev-parse',
  'ls-files',
  'blame',
  'describe',
]);
const git: MayRun = (args) => {
  const [command = '', ...rest] = args[0] === '--no-pager' ? args.slice(1) : args;
  if (command === 'branch') return rest.every((arg) => ['--show-current', '-a', '-v', '-vv', '--list'].includes(arg));
  if (command === 'remote') return rest.every((arg) => arg === '-v');
  if (command === 'stash') return rest.length === 1 && rest[0] === 'list';
  return gitReads.has(command) && without(/^-O/, /^--(?:ou|op|ex|te)/)(rest);
};

const readers: ReadonlyMap<string, MayRun> = new Map<string, MayRun>([
  ...[
    'ls',
    'cat',
    'head',
    'tail',
    'wc',
    'nl',
    'pwd',
    'echo',
    'true',
    'stat',
    'du',
    'df',
    'which',
    'basename',
    'cd',
  ].map((name) => [name, anyWords] as const),
  ...['dirname', 'realpath', 'readlink', 'cut', 'tr', 'cmp', 'diff', 'comm', 'grep', 'egrep', 'fgrep', 'whoami'].map(
    (name) => [name, anyWords] as const,
  ),
  ['uniq', (args) => args.every((arg) => arg.startsWith('-'))],
  ['rg', without(/^--(?:pre|h)/)],
  ['sort', without(/^-[a-zA-Z]*[oTS]/, /^--(?:o|t|c)/)],
  ['tree', without(/^-[a-zA-Z]*[oR]/, /^--o/)],
  ['find', without(/^-(?:exec|ok|delete|fprint|fls)/)],
  ['sed', sedLines],
  ['git', git],
]);
