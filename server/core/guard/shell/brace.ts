import type { Atom } from './lex-word.ts';

/** Brace expansion happens on the word as written, before anything else: `{a,b}c`, `{1..3}`, `{a..c}`. */

const most = 64;

type Unit = Atom | string;

/** @returns the words that braces make of one, each as atoms; more than `most` are cut, and `cut` tells */
export function expandBraces(atoms: readonly Atom[]): { words: Atom[][]; cut: boolean } {
  if (!atoms.some((atom) => atom.kind === 'text' && !atom.quoted && atom.text.includes('{')))
    return { words: [[...atoms]], cut: false };
  const units = atoms.flatMap((atom): Unit[] => (atom.kind === 'text' && !atom.quoted ? [...atom.text] : [atom]));
  const words = expandUnits(units, 0);
  return { words: words.slice(0, most).map(toAtoms), cut: words.length >= most };
}

function toAtoms(units: readonly Unit[]): Atom[] {
  const atoms: Atom[] = [];
  for (const unit of units) {
    const last = atoms.at(-1);
    if (typeof unit !== 'string') atoms.push(unit);
    else if (last?.kind === 'text' && !last.quoted) atoms[atoms.length - 1] = { ...last, text: last.text + unit };
    else atoms.push({ kind: 'text', text: unit, quoted: false });
  }
  return atoms;
}

function expandUnits(units: readonly Unit[], from: number): Unit[][] {
  for (let open = units.indexOf('{', from); open >= 0; open = units.indexOf('{', open + 1)) {
    const found = alternatives(units, open);
    if (found === undefined) continue;
    const tails = expandUnits(units.slice(found.end + 1), 0);
    const heads = found.choices.flatMap((choice) => expandUnits(choice, 0));
    const before = units.slice(0, open);
    return combine(before, heads, tails);
  }
  return [[...units]];
}

function combine(before: readonly Unit[], heads: readonly Unit[][], tails: readonly Unit[][]): Unit[][] {
  const words: Unit[][] = [];
  for (const head of heads)
    for (const tail of tails) {
      if (words.length >= most) return words;
      words.push([...before, ...head, ...tail]);
    }
  return words;
}

function alternatives(units: readonly Unit[], open: number): { choices: Unit[][]; end: number } | undefined {
  const choices: Unit[][] = [[]];
  let depth = 0;
  for (const [offset, unit] of units.slice(open + 1).entries()) {
    if (unit === '}' && depth === 0) return chosen(choices, open + 1 + offset);
    if (unit === ',' && depth === 0) choices.push([]);
    else choices.at(-1)?.push(unit);
    depth += Number(unit === '{') - Number(unit === '}');
  }
  return undefined;
}

function chosen(choices: Unit[][], end: number): { choices: Unit[][]; end: number } | undefined {
  const range = choices.length === 1 ? sequence(choices[0] ?? []) : choices;
  return range && { choices: range, end };
}

function sequence(units: readonly Unit[]): Unit[][] | undefined {
  if (!units.every((unit) => typeof unit === 'string')) return undefined;
  const match = /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?$/.exec(units.join(''));
  if (match === null) return undefined;
  const [, from = '', to = '', by = '1'] = match;
  const numeric = /\d/.test(from) && /\d/.test(to);
  const [start, end] = numeric ? [Number(from), Number(to)] : [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
  const step = Math.max(1, Math.abs(Number(by))) * (end < start ? -1 : 1);
  const count = Math.min(most, Math.floor(Math.abs(end - start) / Math.abs(step)) + 1);
  return Array.from({ length: count }, (_, index) => {
    const value = start + index * step;
    return [...(numeric ? String(value) : String.fromCodePoint(value))];
  });
}
