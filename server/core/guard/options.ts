import { HOLE, type Word } from './interpreted.ts';

/** How a program reads its words. Long names come without dashes. */
export type OptionTable = {
  /** Letters whose option takes a value: `-n 5`, `-n5`. */
  letters?: string;
  /** Long options that take a value: `--file x`, `--file=x`. */
  valued?: readonly string[];
  /** Other long options that matter here, so that their abbreviations are known (`--forc`). */
  flags?: readonly string[];
  /** Long options begin with one dash, letters do not run together (find, terraform, java). */
  singleDash?: boolean;
  /** The first operand ends the options. */
  stopAtOperand?: boolean;
};

/** What stands in a command's words. */
export type Options = {
  /** Whether one of these options is given; letters and long names are one name space. */
  has: (...names: string[]) => boolean;
  /** The values given to these options, in order. */
  values: (...names: string[]) => readonly Word[];
  /** Words that are no options and no values of options. */
  operands: readonly Word[];
  /** How many operands stand before a `--`; undefined without one. */
  beforeDashes: number | undefined;
  names: readonly string[];
};

type Reading = { found: Map<string, Word[]>; operands: Word[]; beforeDashes: number | undefined };

const noOptions: OptionTable = {};

/** Reads a command's words by the program's table; unknown options count as given, without a value. */
export function readOptions(args: readonly Word[], table: OptionTable = noOptions): Options {
  const reading: Reading = { found: new Map(), operands: [], beforeDashes: undefined };
  let index = 0;
  while (index < args.length) {
    const word = args[index];
    if (!word) break;
    const { text } = word;
    if (text === '--') {
      reading.beforeDashes = reading.operands.length;
      reading.operands.push(...args.slice(index + 1));
      break;
    }
    if (!text.startsWith('-') || text === '-') {
      if (table.stopAtOperand) {
        reading.operands.push(...args.slice(index));
        break;
      }
      reading.operands.push(word);
      index += 1;
    } else index += readOption(word, args[index + 1], { table, reading });
  }
  return optionsOf(reading);
}

type Place = { table: OptionTable; reading: Reading };

/** How many words the option takes. */
function readOption(word: Word, next: Word | undefined, place: Place): 1 | 2 {
  const { text } = word;
  if (text.startsWith('--') || place.table.singleDash) return readLong(word, next, place);
  return readLetters(word, next, place);
}

function readLong(word: Word, next: Word | undefined, { table, reading }: Place): 1 | 2 {
  const text = word.text.replace(/^--?/, '');
  const equals = text.indexOf('=');
  const name = fullName(equals < 0 ? text : text.slice(0, equals), table);
  if (equals >= 0) {
    add(reading, name, { ...word, text: text.slice(equals + 1) });
    return 1;
  }
  if (!table.valued?.includes(name)) {
    add(reading, name);
    return 1;
  }
  add(reading, name, next);
  return 2;
}

function readLetters(word: Word, next: Word | undefined, { table, reading }: Place): 1 | 2 {
  const { text } = word;
  for (let at = 1; at < text.length; at++) {
    const letter = text.charAt(at);
    if (!table.letters?.includes(letter)) {
      add(reading, letter);
      continue;
    }
    const rest = text.slice(at + 1);
    add(reading, letter, rest === '' ? next : { ...word, text: rest.replace(/^=/, '') });
    return rest === '' ? 2 : 1;
  }
  return 1;
}

/** Long options may be cut short as long as they are told apart; the first that fits is taken. */
function fullName(name: string, { valued = [], flags = [] }: OptionTable): string {
  if (valued.includes(name) || flags.includes(name) || name === '') return name;
  return flags.find((flag) => flag.startsWith(name)) ?? valued.find((option) => option.startsWith(name)) ?? name;
}

function add({ found }: Reading, name: string, value?: Word): void {
  const values = found.get(name) ?? [];
  if (value) values.push(value);
  found.set(name, values);
}

function optionsOf({ found, operands, beforeDashes }: Reading): Options {
  return {
    has: (...names) => names.some((name) => found.has(name)),
    values: (...names) => names.flatMap((name) => found.get(name) ?? []),
    operands,
    beforeDashes,
    names: [...found.keys()],
  };
}

/** The text of a word that is wholly known. */
export function literal(word: Word | undefined): string | undefined {
  return word && !word.text.includes(HOLE) ? word.text : undefined;
}

/** Prints its version and does nothing else, wherever that stands among its words; for programs whose options take no such word as a value. */
export function asksForVersion(args: readonly Word[]): boolean {
  const end = args.findIndex(({ text }) => text === '--');
  return args.slice(0, end < 0 ? args.length : end).some(({ text }) => text === '--version');
}

/** Asks for its own description only: nothing happens. `--version` says that only where it stands first: others take a value by it. */
export function asksForHelp(args: readonly Word[]): boolean {
  for (const word of args) {
    if (word.text === '--') return false;
    if (word.text === '--help' || (word.text === '--version' && word === args[0])) return true;
  }
  return false;
}
