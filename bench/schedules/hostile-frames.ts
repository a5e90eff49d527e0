import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { missingFrame, noticeFrame, presenceFrame, stateVectorFrame, updateFrame } from '../../server/collab/wire.ts';
import { below, pick, type Random } from './random.ts';

/** What frames are made from: a client id of the attacker's, and the document as everybody may read it. */
export type Attack = {
  next: Random;
  clientId: number;
  doc: Y.Doc;
  /** Updates that Yjs made of the document not long ago. */
  updates: Uint8Array[];
};

type Encode = (encoder: encoding.Encoder) => void;

const hugeNumbers = [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 48, Number.MAX_SAFE_INTEGER];

function randomBytes(next: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => below(next, 256));
}

/** A copy of the room's document under the attacker's id, and what it sends when it is changed. */
function changed({ doc, clientId }: Attack, change: (copy: Y.Doc) => void): Uint8Array {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  copy.clientID = clientId;
  const before = Y.encodeStateVector(copy);
  change(copy);
  const update = Y.encodeStateAsUpdate(copy, before);
  copy.destroy();
  return update;
}

const firstText = (doc: Y.Doc): Y.Text => {
  for (const entry of doc.getMap('files').values()) {
    const text = entry instanceof Y.Map ? entry.get('text') : undefined;
    if (text instanceof Y.Text) return text;
  }
  return doc.getText('none');
};

const fileIds = (doc: Y.Doc) => [...doc.getMap('files').keys()];

/** Updates that Yjs itself makes, some of them of things that do not belong into a room. */
const wellFormed: ((attack: Attack) => Uint8Array)[] = [
  (attack) => changed(attack, (copy) => firstText(copy).insert(0, 'hello 😀')),
  (attack) => changed(attack, (copy) => firstText(copy).delete(0, Math.min(3, firstText(copy).length))),
  (attack) => changed(attack, (copy) => firstText(copy).insertEmbed(0, { image: 'x' })),
  (attack) => changed(attack, (copy) => firstText(copy).format(0, firstText(copy).length, { bold: true })),
  (attack) => changed(attack, (copy) => copy.getMap('files').set('odd', new Y.Map([['text', new Y.Text('t')]]))),
  (attack) => changed(attack, (copy) => copy.getMap('files').delete(fileIds(copy)[0] ?? '')),
  (attack) => changed(attack, (copy) => copy.getMap('meta').set('layout', 99)),
  (attack) => changed(attack, (copy) => copy.getArray('list').push([new Y.Text('elsewhere')])),
  (attack) => changed(attack, (copy) => copy.getMap('files').set('deep', nestedMap(200))),
  (attack) => Y.encodeStateAsUpdate(attack.doc),
];

function nestedMap(depth: number): Y.Map<unknown> {
  let inner = new Y.Map<unknown>();
  for (let left = depth; left > 0; left--) inner = new Y.Map<unknown>([['in', inner]]);
  return inner;
}

/** Some frame that a client might send. */
function honest(attack: Attack): Uint8Array {
  if (attack.updates.length === 0 || attack.next() < 0.01) attack.updates = wellFormed.map((make) => make(attack));
  const update = pick(attack.next, attack.updates) ?? new Uint8Array();
  const frames = [
    () => updateFrame(update),
    () => missingFrame(update),
    () => stateVectorFrame(Y.encodeStateVector(attack.doc)),
    () => presenceFrame([{ clientId: attack.clientId, clock: 1, state: '{"file":"f"}' }]),
    () => noticeFrame({ type: 'store', state: 'ok' }),
  ];
  return (attack.next() < 0.6 ? frames[0] : pick(attack.next, frames))?.() ?? new Uint8Array();
}

function damaged(attack: Attack): Uint8Array {
  const { next } = attack;
  const frame = honest(attack);
  const copy = frame.slice(0, below(next, 4) === 0 ? below(next, frame.length + 1) : frame.length);
  for (let flips = 1 + below(next, 4); flips > 0 && copy.length > 0; flips--) {
    copy[below(next, copy.length)] = below(next, 256);
  }
  return copy;
}

/** An update of bytes written by hand, in the first format of Yjs. */
const update = (write: Encode) => updateFrame(encoding.encode(write));

function structsOf(encoder: encoding.Encoder, head: { client: number; clock: number; count: number }): void {
  encoding.writeVarUint(encoder, 1);
  encoding.writeVarUint(encoder, head.count);
  encoding.writeVarUint(encoder, head.client);
  encoding.writeVarUint(encoder, head.clock);
}

/** Text in a root of its own, by a struct under any id and clock. */
function textStruct(client: number, clock: number, text = 'x'): Uint8Array {
  return update((encoder) => {
    structsOf(encoder, { client, clock, count: 1 });
    encoding.writeUint8(encoder, 4);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarString(encoder, 'files');
    encoding.writeVarString(encoder, text);
    encoding.writeVarUint(encoder, 0);
  });
}

/** An item that names neighbours: its own id, ids that are nowhere, ids of other people's text. */
function tangledStruct({ next, clientId, doc }: Attack): Uint8Array {
  const others = [...doc.store.clients.keys(), clientId, 1, 4_294_967_295];
  return update((encoder) => {
    structsOf(encoder, { client: clientId, clock: Y.getState(doc.store, clientId), count: 1 });
    encoding.writeUint8(encoder, 4 | 0x80 | (next() < 0.5 ? 0x40 : 0));
    for (let ids = 2; ids > 0; ids--) {
      encoding.writeVarUint(encoder, pick(next, others) ?? 1);
      encoding.writeVarUint(encoder, below(next, 50));
    }
    encoding.writeVarString(encoder, 'between');
    encoding.writeVarUint(encoder, 0);
  });
}

function deletions({ next, doc }: Attack): Uint8Array {
  return update((encoder) => {
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, pick(next, [...doc.store.clients.keys(), 77]) ?? 1);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, below(next, 10) === 0 ? below(next, 20) : (pick(next, hugeNumbers) ?? 0));
    encoding.writeVarUint(encoder, pick(next, [0, ...hugeNumbers]) ?? 0);
  });
}

/** A length that is never reached, at any of the places where a frame has one. */
function hugeLength({ next, clientId }: Attack): Uint8Array {
  const huge = pick(next, hugeNumbers) ?? 0;
  const prefixes: number[][] = [[0, 0], [0, 1], [0, 2], [1], [100], [0, 2, 10], [0, 2, 10, 1], [1, 10, 1]];
  return encoding.encode((encoder) => {
    for (const value of pick(next, prefixes) ?? []) encoding.writeVarUint(encoder, value);
    encoding.writeVarUint(encoder, huge);
    encoding.writeVarUint(encoder, clientId);
    encoding.writeUint8Array(encoder, randomBytes(next, below(next, 30)));
  });
}

const presence = (write: Encode) =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint8Array(encoder, encoding.encode(write));
  });

function oddPresence({ next, clientId }: Attack): Uint8Array {
  const states = [
    '[]',
    '7',
    '"x"',
    '{',
    'null',
    '{"user":{"id":"per_root"}}',
    '{"a":'.repeat(3_000),
    '[['.repeat(5_000),
  ];
  return presence((encoder) => {
    encoding.writeVarUint(encoder, below(next, 3));
    encoding.writeVarUint(encoder, pick(next, [clientId, 1, 0, ...hugeNumbers]) ?? 0);
    encoding.writeVarUint(encoder, pick(next, [0, ...hugeNumbers]) ?? 0);
    encoding.writeVarString(encoder, pick(next, states) ?? '');
  });
}

/** Bytes that are no UTF-8 where a string is expected. */
function badUtf({ next, clientId }: Attack): Uint8Array {
  const bad = Uint8Array.from(
    pick(next, [
      [0xff, 0xfe],
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
    ]) ?? [],
  );
  if (next() < 0.5) {
    return presence((encoder) => {
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarUint(encoder, clientId);
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarUint8Array(encoder, bad);
    });
  }
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 100);
    encoding.writeVarUint8Array(encoder, bad);
  });
}

/** Values that nest, as Yjs stores what is no type of its own. */
function deepValue({ next, clientId, doc }: Attack): Uint8Array {
  const depth = 50 + below(next, 3_000);
  return update((encoder) => {
    structsOf(encoder, { client: clientId, clock: Y.getState(doc.store, clientId), count: 1 });
    encoding.writeUint8(encoder, 8);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarString(encoder, 'files');
    encoding.writeVarUint(encoder, 1);
    for (let left = depth; left > 0; left--) {
      encoding.writeUint8(encoder, 117);
      encoding.writeVarUint(encoder, 1);
    }
    encoding.writeUint8(encoder, 126);
    encoding.writeVarUint(encoder, 0);
  });
}

/** Frames of a protocol that puts the name of a room first. */
function foreignRoom(attack: Attack): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, pick(attack.next, ['ses_other', '../../etc', 'x'.repeat(5_000), '']) ?? '');
    encoding.writeUint8Array(encoder, honest(attack));
  });
}

const kinds: Record<string, (attack: Attack) => Uint8Array> = {
  damaged,
  'damaged again': damaged,
  'well-formed': honest,
  'random bytes': ({ next }) => randomBytes(next, below(next, 200)),
  'cut off': (attack) => {
    const frame = honest(attack);
    return frame.slice(0, below(attack.next, frame.length));
  },
  'huge length': hugeLength,
  'huge id or clock': ({ next }) => textStruct(pick(next, hugeNumbers) ?? 0, pick(next, [0, ...hugeNumbers]) ?? 0),
  'text of someone else': ({ next, doc }) => {
    const client = pick(next, [...doc.store.clients.keys()]) ?? 1;
    return textStruct(client, Y.getState(doc.store, client));
  },
  'tangled structs': tangledStruct,
  deletions,
  presence: oddPresence,
  'no UTF-8': badUtf,
  'deep nesting': deepValue,
  'another room': foreignRoom,
};

/** @returns a frame at random, and what it is */
export function hostileFrame(attack: Attack): { kind: string; frame: Uint8Array } {
  const kind = pick(attack.next, Object.keys(kinds)) ?? '';
  return { kind, frame: kinds[kind]?.(attack) ?? new Uint8Array() };
}
