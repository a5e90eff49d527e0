import type { SimpleCommand, Word } from '../interpreted.ts';
import { placeOf, type Place } from '../path-scope.ts';
import type { Rule, RuleContext, RuleMatch } from '../rule.ts';

const findStarts = /^(?:-|\(|!|,)/;

type FindReading = { roots: readonly Word[]; tests: readonly string[]; deletes: boolean };

/** find's own words: where it begins, and what it does with what it finds. */
export function readFind(command: SimpleCommand): FindReading {
  const { args } = command;
  const first = args.findIndex(({ text }) => findStarts.test(text) && !/^-[HLPDO]/.test(text));
  const roots = (first < 0 ? args : args.slice(0, first)).filter(({ text }) => !text.startsWith('-'));
  const rest = (first < 0 ? [] : args.slice(first)).map(({ text }) => text);
  const tests: string[] = [];
  let deletes = false;
  for (let index = 0; index < rest.length; index++) {
    const text = rest[index] ?? '';
    if (text === '-delete') deletes = true;
    if (valuedTests.has(text)) {
      tests.push(`${text} ${rest[index + 1] ?? ''}`);
      index += 1;
    }
    if (/^-(?:exec|ok)(?:dir)?$/.test(text))
      while (index < rest.length && rest[index] !== ';' && rest[index] !== '+') index += 1;
  }
  return { roots, tests, deletes };
}

const valuedTests = new Set(
  'name iname path ipath wholename iwholename regex iregex lname ilname type xtype user group uid gid perm size mtime atime ctime mmin amin cmin newer anewer cnewer newermt links inum samefile maxdepth mindepth fstype used printf fprint fprint0 fls context regextype'
    .split(' ')
    .map((name) => `-${name}`),
);

/** Names that only what a build makes has. */
const builtName =
  /^-i?name (?:\*\.(?:pyc|pyo|o|obj|class|log|tmp|swp|orig|rej|bak|tsbuildinfo|gcda|gcno)|__pycache__|node_modules|dist|\.DS_Store|\.pytest_cache|\.mypy_cache|\*~)$/;
const builtPath = /^-i?(?:path|wholename) .*(?:node_modules|__pycache__|\/dist\/|\/build\/)/;

function placesOf(command: SimpleCommand, context: RuleContext): Place[] {
  const { roots } = readFind(command);
  if (roots.length === 0)
    return [{ scope: command.cwd === undefined ? 'unknown' : 'worktree', path: '', whole: false }];
  return roots.map((root) => placeOf(root, command, context.facts));
}

const ours = new Set(['worktree', 'inside', 'build', 'temp']);

/** find reads all of its words before it begins; a word that is a test's value asks for nothing. */
function asksForHelp({ args }: SimpleCommand, tests: readonly string[]): boolean {
  return args.some(
    ({ text }) => /^--?(?:help|version)$/.test(text) && tests.every((test) => !test.endsWith(` ${text}`)),
  );
}

function deletesFound(command: SimpleCommand, context: RuleContext): boolean | RuleMatch {
  const { deletes, tests } = readFind(command);
  if (!deletes || asksForHelp(command, tests)) return false;
  const places = placesOf(command, context);
  if (places.every(({ scope }) => scope === 'temp' || scope === 'build'))
    return command.args.some(({ text }) => text === '-L' || text === '-follow');
  if (!places.every(({ scope }) => ours.has(scope))) return true;
  if (tests.some((test) => builtName.test(test) || builtPath.test(test))) return false;
  const named = tests.some((test) => /^-i?(?:name|path|regex) /.test(test));
  return named ? { verdict: 'ask', reason: 'This removes whatever has that name in the project.' } : true;
}

export const findingRules: readonly Rule[] = [
  {
    id: 'files.find-delete',
    verdict: 'deny',
    programs: ['find', 'gfind', 'bfs', 'fd', 'fdfind'],
    matches: deletesFound,
    reason: 'This removes each file that find comes upon, not a list that somebody saw.',
    saferWay: 'Run it with -print first, then remove by name.',
    examples: {
      ng: [
        'find . -delete',
        'find / -name core -delete',
        'find . -mtime +30 -delete',
        'find ~ -type f -delete',
        'find src -name "*.ts" -delete',
        'find "$DIR" -delete',
      ],
      ok: [
        'find . -name "*.pyc" -delete',
        'find /tmp/scratch -delete',
        'find . -name "*.ts"',
        'find dist -type f -delete',
        'find . -name -delete',
        'find / -delete -help',
      ],
    },
  },
  {
    id: 'files.find-write',
    verdict: 'ask',
    programs: ['find', 'gfind'],
    matches: ({ args }) => args.some(({ text }) => /^-(?:fprint0?|fprintf|fls)$/.test(text)),
    reason: 'This lets find overwrite a file.',
    saferWay: 'Send the list to the standard output.',
    examples: {
      ng: ['find . -fprint list.txt', 'find . -fls /etc/motd'],
      ok: ['find . -print', 'find . -printf "%p\\n"'],
    },
  },
];
