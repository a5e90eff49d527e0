import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { lineAt, type CommentPlace } from '@/server/core/comment-anchor.ts';
import type { StoredAnchor } from '@/server/core/stored-anchor.ts';
import { anchorRange, liveText, locate } from './anchor-range.ts';

const textOf = (doc: Y.Doc) => doc.getText('text');

function newText(content: string): Y.Text {
  const doc = new Y.Doc();
  textOf(doc).insert(0, content);
  return textOf(doc);
}

function anchorOn(text: Y.Text, words: string): StoredAnchor {
  const start = text.toString().indexOf(words);
  return anchorRange(text, { start, end: start + words.length });
}

const shown = (text: Y.Text, place: CommentPlace) =>
  place.state === 'gone' ? undefined : text.toString().slice(place.start, place.end);

function replace(text: Y.Text, words: string, by: string): void {
  const at = text.toString().indexOf(words);
  text.doc?.transact(() => {
    text.delete(at, words.length);
    text.insert(at, by);
  });
}

/** What comes back after a restart: the state as one update in a new document. */
function reloaded(text: Y.Text): Y.Text {
  const doc = new Y.Doc();
  if (text.doc) Y.applyUpdate(doc, Y.encodeStateAsUpdate(text.doc));
  return textOf(doc);
}

const code = 'alpha();\nconst total = price * 100;\nomega();\n';

test('[CM1] what is typed before the range or behind it stays outside, what is typed within belongs to it', () => {
  const text = newText(code);
  const anchor = anchorOn(text, 'price * 100');
  text.insert(text.toString().indexOf('price'), 'net ');
  text.insert(text.toString().indexOf(';\nomega'), ' + tax');
  expect(shown(text, locate(liveText(text), anchor, true))).toBe('price * 100');
  replace(text, '*', '* rate *');
  expect(locate(liveText(text), anchor, true)).toMatchObject({ state: 'here', isChanged: true });
  expect(shown(text, locate(liveText(text), anchor, true))).toBe('price * rate * 100');
});

test('[CM1] a range at the beginning and one at the end of a text', () => {
  const text = newText('first last');
  const [first, last] = [anchorOn(text, 'first'), anchorOn(text, 'last')];
  text.insert(0, '> ');
  text.insert(text.length, ' <');
  expect(shown(text, locate(liveText(text), first, true))).toBe('first');
  expect(shown(text, locate(liveText(text), last, true))).toBe('last');
});

test('[CM2] a range survives that its first and last characters go, and a reload', () => {
  const text = newText(code);
  const anchor = anchorOn(text, 'const total = price * 100;');
  replace(text, 'const ', '');
  replace(text, '100;', '');
  for (const at of [text, reloaded(text)])
    expect(shown(at, locate(liveText(at), anchor, true))).toBe('total = price * ');
});

test('[CM3] text that was deleted is gone, and the line at which it was is known', () => {
  const text = newText(code);
  const anchor = anchorOn(text, 'const total = price * 100;\n');
  replace(text, 'const total = price * 100;\n', '');
  const place = locate(liveText(text), anchor, true);
  expect(place).toEqual({ state: 'gone', at: text.toString().indexOf('omega') });
  expect(place.state === 'gone' && place.at !== undefined && lineAt(text.toString(), place.at)).toBe(2);
});

test('[CM3] [CM4] what is cut and pasted elsewhere is found there', () => {
  const text = newText(code);
  const anchor = anchorOn(text, 'const total = price * 100;\n');
  replace(text, 'const total = price * 100;\n', '');
  text.insert(text.length, 'const total = price * 100;\n');
  const place = locate(liveText(text), anchor, true);
  expect(place).toMatchObject({ state: 'found', isSure: true });
  expect(shown(text, place)).toBe('const total = price * 100;\n');
});

test.each(['const total = price * 100;', 'price', ' 100', 'const'])(
  '[CM3] [CM4] %s comes back when its deletion is undone, for who undid it and for all others',
  (words) => {
    const text = newText(code);
    const anchor = anchorOn(text, words);
    const undo = new Y.UndoManager(text);
    replace(text, words, '');
    undo.undo();
    expect(text.toString()).toBe(code);
    for (const at of [text, reloaded(text)]) {
      const place = locate(liveText(at), anchor, true);
      expect(shown(at, place)).toBe(words);
      expect(place.state === 'here' ? place.isDrifted : place.state === 'found' && place.isSure).toBe(true);
    }
  },
);

test.each(['const total', 'price * 100;', 'total = price'])(
  '[CM4] the part %s comes back and belongs to the range again',
  (part) => {
    const text = newText(code);
    const anchor = anchorOn(text, 'const total = price * 100;');
    const undo = new Y.UndoManager(text);
    replace(text, part, '');
    expect(shown(text, locate(liveText(text), anchor, true))).toBe('const total = price * 100;'.replace(part, ''));
    undo.undo();
    for (const at of [text, reloaded(text)]) {
      expect(shown(at, locate(liveText(at), anchor, true))).toBe('const total = price * 100;');
      const again = anchorOn(at, 'const total = price * 100;');
      expect(locate(liveText(at), again, true)).toMatchObject({ state: 'here', isDrifted: false, isChanged: false });
    }
  },
);

test('[CM6] a file that came back has other characters: the words are looked for', () => {
  const anchor = anchorOn(newText(code), 'price * 100');
  const back = newText(`// moved\n${code}`);
  const place = locate(liveText(back), anchor, false);
  expect(place).toMatchObject({ state: 'found', isSure: true });
  expect(shown(back, place)).toBe('price * 100');
});

test('[CM2] a position that names nothing of this text is no position', () => {
  const text = newText(code);
  const { position, ...words } = anchorOn(text, 'price * 100');
  const elsewhere = { item: { client: 99, clock: 5 }, assoc: 0 };
  const anchor = { ...words, position: position && { start: elsewhere, end: position.end } };
  expect(locate(liveText(text), anchor, true)).toMatchObject({ state: 'found', isSure: true });
  expect(locate(liveText(text), { ...words, position: null }, true)).toMatchObject({ state: 'found', isSure: true });
});

/** The same numbers for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Every character of a text of its own, so that it can be followed by eye. */
const distinct = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => String.fromCharCode(0x4e00 + from + index)).join('');

/** Three people edit and undo, and hear of each other late and in any order. */
function schedule(seed: number) {
  const pick = random(seed);
  const docs = [1, 2, 3].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
  const [first] = docs;
  if (!first) throw new Error('no document');
  const original = distinct(0, 60);
  textOf(first).insert(0, original);
  for (const doc of docs) Y.applyUpdate(doc, Y.encodeStateAsUpdate(first));
  const undos = docs.map((doc) => new Y.UndoManager(textOf(doc), { captureTimeout: 0 }));
  const start = pick(50);
  const range = { start, end: start + 1 + pick(9) };
  const anchor = anchorRange(textOf(first), range);
  let typed = 1_000;
  let didUndo = false;
  const sync = (from: number, to: number) => {
    const [a, b] = [docs[from], docs[to]];
    if (a && b) Y.applyUpdate(b, Y.encodeStateAsUpdate(a, Y.encodeStateVector(b)));
  };
  for (let step = 0; step < 40; step += 1) {
    const who = pick(3);
    const text = textOf(docs[who] ?? first);
    const kind = pick(10);
    if (kind < 4) {
      const length = 1 + pick(4);
      text.insert(pick(text.length + 1), distinct(typed, length));
      typed += length;
    } else if (kind < 7 && text.length > 0) {
      const at = pick(text.length);
      text.delete(at, Math.min(text.length - at, 1 + pick(6)));
    } else if (kind === 7 && seed % 2 === 0) didUndo = undos[who]?.undo() !== null || didUndo;
    else sync(who, pick(3));
  }
  for (const from of [0, 1, 2, 0, 1, 2]) for (const to of [0, 1, 2]) sync(from, to);
  return { docs, original, range, anchor, didUndo };
}

type Ended = ReturnType<typeof schedule>;

/** Against what the eye sees: whose characters are inside, and whose are not. */
function judge(text: Y.Text, { original, range, anchor }: Ended): CommentPlace['state'] {
  const marked = original.slice(range.start, range.end);
  const outside = original.slice(0, range.start) + original.slice(range.end);
  const place = locate(liveText(text), anchor, true);
  const inside = shown(text, place) ?? '';
  const left = [...marked].filter((character) => text.toString().includes(character));
  expect([...inside].filter((character) => outside.includes(character))).toEqual([]);
  if (place.state === 'gone') expect(left).toEqual([]);
  else if (left.length > 0) expect([...inside]).toEqual(expect.arrayContaining(left));
  return place.state;
}

test('[CM2] whatever three people do, the range holds what is left of it and nothing from outside', () => {
  const states = new Map<string, number>();
  for (let seed = 1; seed < 1_500; seed += 2) {
    const ended = schedule(seed);
    expect(new Set(ended.docs.map((doc) => textOf(doc).toString())).size).toBe(1);
    for (const doc of ended.docs) {
      const text = textOf(doc);
      const state = judge(text, ended);
      expect(judge(reloaded(text), ended)).toBe(state);
      states.set(state, (states.get(state) ?? 0) + 1);
    }
  }
  for (const state of ['here', 'gone']) expect(states.get(state)).toBeGreaterThan(100);
});

test('[CM4] words that stand there wholly after undoing are the range again, or are not claimed to be', () => {
  let [whole, exact, undone] = [0, 0, 0];
  for (let seed = 2; seed < 2_000; seed += 2) {
    const { docs, original, range, anchor, didUndo } = schedule(seed);
    const marked = original.slice(range.start, range.end);
    undone += didUndo ? 1 : 0;
    if (marked.length < 3) continue;
    for (const text of docs.map(textOf).filter((each) => each.toString().includes(marked))) {
      const place = locate(liveText(text), anchor, true);
      whole += 1;
      if (shown(text, place) === marked) exact += 1;
      else expect(place).not.toMatchObject({ isChanged: false });
    }
  }
  expect(undone).toBeGreaterThan(300);
  expect(whole).toBeGreaterThan(200);
  expect(exact / whole).toBeGreaterThan(0.95);
});
