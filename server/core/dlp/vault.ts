import { LiteralIndex, type LiteralMatch } from './literal-index.ts';
import { writeInJson } from './json-text.ts';
import { placeholderFor } from './placeholder.ts';

/** A value that was masked. `class` and `detector` are those it was first found by. */
export type MaskedValue = { placeholder: string; value: string; class: string; detector: string };

/**
 * Which values of a scope (a session, or a person's own tools) were masked, and by what. It alone says which placeholder stands
 * for something: a text that only looks like one, or is one of another scope, stands for nothing here.
 */
export type Vault = {
  readonly size: number;
  readonly placeholders: LiteralIndex<MaskedValue>;
  find(value: string): MaskedValue | undefined;
  /** @returns what the vault has for this value, which may have been there before */
  add(entry: MaskedValue): MaskedValue;
  /** All known values, `isJson` as JSON escapes them. */
  known(isJson: boolean): LiteralIndex<MaskedValue>;
  /** Every place where a known value stands, `isJson` as JSON escapes it. */
  knownIn(text: string, isJson: boolean): LiteralMatch<MaskedValue>[];
  /** A placeholder for a value that is not known yet, which none of the texts has in it. */
  propose(found: { detector: string; value: string }, isTaken: (placeholder: string) => boolean): string;
};

/** @param seedOf at least 64 bytes that depend on the scope's key, the text and the number alone */
export function createVault(seedOf: (text: string, turn: number) => Uint8Array): Vault {
  const byValue = new Map<string, MaskedValue>();
  const placeholders = new LiteralIndex<MaskedValue>();
  const plain = new LiteralIndex<MaskedValue>();
  const inJson = new LiteralIndex<MaskedValue>();

  const isFree = (placeholder: string) =>
    placeholders.get(placeholder) === undefined &&
    placeholders.findAll(placeholder).length === 0 &&
    placeholders.openFrom(placeholder) === placeholder.length;

  return {
    get size() {
      return byValue.size;
    },
    placeholders,
    find: (value) => byValue.get(value),
    add(entry) {
      const known = byValue.get(entry.value);
      if (known) return known;
      byValue.set(entry.value, entry);
      placeholders.add(entry.placeholder, entry);
      plain.add(entry.value, entry);
      inJson.add(writeInJson(entry.value), entry);
      return entry;
    },
    known: (isJson) => (isJson ? inJson : plain),
    knownIn: (text, isJson) => (isJson ? inJson : plain).findAll(text).filter((match) => standsAlone(text, match)),
    propose({ detector, value }, isTaken) {
      for (let turn = 0; turn < mostTurns; turn++) {
        const placeholder = placeholderFor({ detector, value }, seedOf(value, turn));
        if (placeholder !== value && isFree(placeholder) && !isTaken(placeholder)) return placeholder;
      }
      // Nearly all of a small range is taken: a form with room for everything.
      return placeholderFor({ detector: 'full', value: '' }, seedOf(value, mostTurns));
    },
  };
}

const mostTurns = 50;
/** A shorter value, or one of letters alone, is part of other words too. */
const tellingLength = 8;

const isWordUnit = (unit: string | undefined) => unit !== undefined && /[\p{L}\p{N}]/u.test(unit);

function standsAlone(text: string, { start, end, value: { value } }: LiteralMatch<MaskedValue>): boolean {
  if (value.length >= tellingLength && !/^[A-Za-z]+$/.test(value)) return true;
  const startsWord = !isWordUnit(value[0]) || !isWordUnit(text[start - 1]);
  return startsWord && (!isWordUnit(value.at(-1)) || !isWordUnit(text[end]));
}
