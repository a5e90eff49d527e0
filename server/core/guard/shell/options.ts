import { HOLE, type Word } from '../interpreted.ts';
import { sliceWord } from '../word.ts';

/** Which options of a program take a value: letters, and long names without dashes. */
export type OptionShape = {
  /** Letters whose value follows: `u` for `-u root` and `-uroot`. */
  valued?: string;
  /** Long options whose value may stand in the next word. */
  longValued?: readonly string[];
  /** Options may also stand after operands (most GNU programs, not wrappers). */
  anywhere?: boolean;
  /** Long options may begin with one dash (find, java, terraform). */
  singleDash?: boolean;
};

export type Options = {
  /** In order: `-u`, `--user`; the value where one was given. */
  options: readonly { name: string; value: Word | undefined }[];
  operands: readonly Word[];
};

/** Reads words as most programs do: clusters of letters, `--name=value`, `--` ends. */
export function readOptions(args: readonly Word[], shape: OptionShape): Options {
  const options: { name: string; value: Word | undefined }[] = [];
  const operands: Word[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (arg === undefined) break;
    if (arg.text === '--') {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!arg.text.startsWith('-') || arg.text === '-') {
      if (shape.anywhere !== true) {
        operands.push(...args.slice(at));
        break;
      }
      operands.push(arg);
      continue;
    }
    at +=
      arg.text.startsWith('--') || shape.singleDash === true
        ? long(arg, args[at + 1], { shape, options })
        : letters(arg, args[at + 1], { shape, options });
  }
  return { options, operands };
}

type Reading = { shape: OptionShape; options: { name: string; value: Word | undefined }[] };

/** @returns how many more words it took */
function long(arg: Word, next: Word | undefined, { shape, options }: Reading): number {
  const equals = arg.text.indexOf('=');
  if (equals > 0) {
    options.push({ name: arg.text.slice(0, equals), value: sliceWord(arg, equals + 1) });
    return 0;
  }
  const takes = shape.longValued?.includes(arg.text.replace(/^--?/, '')) === true && next !== undefined;
  options.push({ name: arg.text, value: takes ? next : undefined });
  return takes ? 1 : 0;
}

function letters(arg: Word, next: Word | undefined, { shape, options }: Reading): number {
  for (let at = 1; at < arg.text.length; at++) {
    const letter = arg.text[at] ?? '';
    const takes = shape.valued?.includes(letter) === true;
    const rest = arg.text.length > at + 1;
    if (takes) {
      options.push({ name: `-${letter}`, value: rest ? sliceWord(arg, at + 1) : next });
      return rest || next === undefined ? 0 : 1;
    }
    options.push({ name: letter === HOLE ? HOLE : `-${letter}`, value: undefined });
  }
  return 0;
}

/** The value of the last option with one of these names. */
export function optionValue({ options }: Options, ...names: readonly string[]): Word | undefined {
  return options.findLast(({ name, value }) => value !== undefined && names.includes(name))?.value;
}

export function hasOption({ options }: Options, ...names: readonly string[]): boolean {
  return options.some(({ name }) => names.includes(name));
}
