import { HOLE, type SimpleCommand } from './interpreted.ts';
import { wordFits } from './star-pattern.ts';

/** A command's words from its name on; a list stands for one of several. */
export type CommandPattern = { words: readonly (string | readonly string[])[]; more: boolean };
type Wanted = CommandPattern['words'][number];

/**
 * Whether a pattern may be about a command: as it runs, as it is written, and as what it comes through. A word that is not known may be
 * the one; options may stand between the words that are named (`git -C web push` is a `git push`).
 */
export function mayFit(pattern: CommandPattern, command: SimpleCommand): boolean {
  const asRun = command.args.map(({ text }) => text);
  const [first = '', ...rest] = writtenWords(command.source);
  const ways = [
    [command.name, ...asRun],
    [command.program.text, ...asRun],
    [first.slice(first.lastIndexOf('/') + 1), ...rest],
  ];
  if (ways.some((has) => fitsBetweenOptions(pattern, has))) return true;
  return pattern.more && command.via.some((wrapper) => begins(pattern.words, wrapper.split(' ')));
}

/** Whether a pattern is about a command and nothing else: each word known, run as it is written or by a tool that runs it. */
export function surelyFits(pattern: CommandPattern, command: SimpleCommand): boolean {
  const asRun = command.args.map(({ text }) => text);
  const ways =
    command.via.length === 0
      ? [
          [command.name, ...asRun],
          [command.program.text, ...asRun],
        ]
      : [plainWordsOf(command.source)];
  return ways.some((has) => fitsExactly(pattern, has));
}

const runners: ReadonlySet<string> = new Set(
  'npx npm pnpm yarn bun bunx uv uvx poetry pipenv pdm hatch rye bundle timeout nice time'.split(' '),
);

/** A file that is written beside, a variable that is set, or a wrapper make it another command than the one that was allowed. */
export const isAsWritten = ({ via, env, redirects }: SimpleCommand) =>
  via.every((wrapper) => runners.has(wrapper)) &&
  env.size === 0 &&
  redirects.every(({ kind, target }) => kind === '<' || target.text === '/dev/null');

function fitsExactly({ words, more }: CommandPattern, has: readonly string[]): boolean {
  if (has.length < words.length || (has.length > words.length && !more)) return false;
  return words.every((want, at) => {
    const text = has[at] ?? '';
    return !text.includes(HOLE) && fitsWord(want, text);
  });
}

/** The first word is the program; before each other one options are passed over, with a value where one may follow. */
function fitsBetweenOptions({ words, more }: CommandPattern, has: readonly string[]): boolean {
  const [program, ...wanted] = words;
  const [name, ...rest] = has;
  if (program === undefined || name === undefined || !perhaps(program, name)) return false;
  let met: Met = { now: new Set([0]), beforeValue: new Set() };
  const isMet = () => met.now.has(wanted.length) || met.beforeValue.has(wanted.length);
  for (const text of rest) {
    if (more && isMet()) return true;
    met = readWord(met, text, wanted);
  }
  return isMet();
}

/** How many of the wanted words were met by now, in every way in which it may be read; `beforeValue`: an option came last. */
type Met = { now: ReadonlySet<number>; beforeValue: ReadonlySet<number> };

function readWord({ now, beforeValue }: Met, text: string, wanted: readonly Wanted[]): Met {
  const left = [...now, ...beforeValue].filter((at) => at < wanted.length);
  const next = left.filter((at) => perhaps(wanted[at] ?? '', text)).map((at) => at + 1);
  if (!text.startsWith('-')) {
    const asValue = [...beforeValue].filter((at) => at < wanted.length);
    return { now: new Set([...next, ...asValue]), beforeValue: new Set() };
  }
  const mayHaveValue = !text.includes('=');
  return { now: new Set(mayHaveValue ? next : [...next, ...left]), beforeValue: new Set(mayHaveValue ? left : []) };
}

const perhaps = (want: Wanted, text: string) => text.includes(HOLE) || fitsWord(want, text);

const fitsWord = (want: Wanted, text: string) =>
  typeof want === 'string' ? wordFits(want, text) : want.some((one) => wordFits(one, text));

const begins = (words: readonly Wanted[], has: readonly string[]) =>
  words.length <= has.length && words.every((want, at) => fitsWord(want, has[at] ?? ''));

/** The words of a command as they stand, without quotes and the variables before them. */
function writtenWords(source: string): string[] {
  const words = source
    .trim()
    .split(/\s+/, 60)
    .map((word) => word.replaceAll(/["'\\]/g, ''));
  const from = words.findIndex((word) => !/^\w+=/.test(word));
  return from < 0 ? [] : words.slice(from);
}

/** The same where nothing in it is the shell's. */
const plainWordsOf = (source: string) => (/^[\w@%+=:,./ -]+$/.test(source.trim()) ? source.trim().split(/ +/) : []);
