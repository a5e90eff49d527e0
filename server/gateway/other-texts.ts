import type { InspectedText } from '../governance/dlp/inspect.ts';
import type { Json, JsonObject, TextPlace } from './wire/wire.ts';

/** What of a request its protocol does not count as texts for the model, and what is in it nevertheless. */
export type OtherTexts = {
  texts: InspectedText[];
  /** Whether something is there that may be the bytes of a picture. */
  hasBytes: boolean;
};

type Holder = JsonObject | Json[];
type Walk = { covered: Map<object, Set<string>>; words: Map<string, ((by: string) => void)[]>; hasBytes: boolean };

/**
 * Names, ids, settings, members where none belong, and names of members: no text for the model by the protocol, but what
 * stands there leaves as well. They are looked at together, each once, and what is found in one is changed wherever it stands.
 */
export function otherTexts(body: JsonObject, places: readonly Pick<TextPlace, 'stands'>[]): OtherTexts {
  const walk: Walk = { covered: new Map(), words: new Map(), hasBytes: false };
  for (const { stands } of places) {
    const [holder, member] = stands();
    const members = walk.covered.get(holder);
    if (members) members.add(String(member));
    else walk.covered.set(holder, new Set([String(member)]));
  }
  // The model is named anew for each target.
  look(walk, body, new Set(['model']));
  return { texts: asTexts(walk.words), hasBytes: walk.hasBytes };
}

function look(walk: Walk, holder: Holder, without?: ReadonlySet<string>): void {
  const covered = walk.covered.get(holder);
  const isList = Array.isArray(holder);
  for (const member of Object.keys(holder)) {
    if (!isList && !isPlainWord(member)) take(walk, member, (by) => rename(holder, member, by));
    if (without?.has(member) === true || covered?.has(member) === true) continue;
    const value = isList ? holder[Number(member)] : holder[member];
    if (typeof value === 'string') lookAtWord(walk, { holder, member, value });
    else if (typeof value === 'object' && value !== null) look(walk, value);
  }
}

function lookAtWord(walk: Walk, { holder, member, value }: { holder: Holder; member: string; value: string }): void {
  if (isPlainWord(value)) return;
  walk.hasBytes ||= member === 'data' || /^data:/i.test(value.slice(0, 5));
  if (!isBytes(member, value)) take(walk, value, (by) => void Object.assign(holder, { [member]: by }));
}

/** Words of the protocols themselves, as they are written most: what was looked at is known again. */
const plainWords = new Set<string>();
const mostPlainWords = 2_000;
function isPlainWord(text: string): boolean {
  if (plainWords.has(text)) return true;
  if (text.length > 24 || !/^[a-z][A-Za-z0-9_-]*$/.test(text)) return false;
  if (plainWords.size < mostPlainWords) plainWords.add(text);
  return true;
}

/** Signed and packed things are long, and nobody's but their maker's; numbers of calls look like numbers of cards. */
const fewestBytes = 512;
const fewestSigned = 64;
const signed = /^(?:data|result|(?:thought_?)?signature|encrypted_.*)$/i;
const bytes = /^(?:data:[^,]{0,200},)?[A-Za-z0-9+/=_.\s-]*$/i;
function isBytes(member: string, text: string): boolean {
  if (text.length <= fewestSigned) return /id$/i.test(member) && /^\d+$/.test(text);
  return (text.length > fewestBytes || signed.test(member)) && bytes.test(text);
}

function take({ words }: Walk, word: string, change: (by: string) => void): void {
  const known = words.get(word);
  if (known) known.push(change);
  else words.set(word, [change]);
}

/** In the place where the member stood: providers keep what they were sent by its beginning. */
function rename(holder: Holder, from: string, to: string): void {
  const members = Object.entries(holder);
  for (const [member] of members) Reflect.deleteProperty(holder, member);
  for (const [member, value] of members)
    Object.defineProperty(holder, member === from ? to : member, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
}

/** No pattern reaches over it. */
const between = '\n\u0000\n';

function asTexts(words: Walk['words']): InspectedText[] {
  if (words.size === 0) return [];
  const together = [...words].filter(([word]) => !word.includes('\u0000'));
  const alone = [...words].filter(([word]) => word.includes('\u0000'));
  const changeAll = (changes: readonly ((by: string) => void)[], by: string) => {
    for (const change of changes) change(by);
  };
  const text = together.map(([word]) => word).join(between);
  return [
    placeOf(text, (replacement) => {
      const parts = replacement.split(between);
      if (parts.length !== together.length) throw new Error('what was found reaches from one text into another');
      for (const [at, [word, changes]] of together.entries()) {
        const by = parts[at] ?? '';
        if (by !== word) changeAll(changes, by);
      }
    }),
    ...alone.map(([word, changes]) => placeOf(word, (by) => changeAll(changes, by))),
  ];
}

const placeOf = (text: string, replace: (by: string) => void): InspectedText => ({
  role: 'user',
  text,
  isJson: false,
  replace,
});
