import * as Y from 'yjs';
import { layoutRoots } from './room-document.ts';
import { MalformedFrame } from './wire.ts';

/** What an update would do to a document, known before it is applied. */
export type UpdateInspection = {
  /** Client ids under which it brings structs that the document does not have. */
  newClients: Set<number>;
  /** Whether it would change anything. */
  changes: boolean;
  /**
   * Whether it may do more than write and delete text: set or delete entries of maps, embed things, bring carriage
   * returns. The layout of the document is the server's, so it is put right afterwards.
   */
  touchesStructure: boolean;
  /** Whether it writes outside the layout's roots. */
  isOutside: boolean;
  /** Whether it goes on with an item whose known part was collected: Yjs has nothing there to join it to. */
  continuesGone: boolean;
};

type Decoded = ReturnType<typeof Y.decodeUpdate>;

/** More than any document reaches; a claim beyond it would only serve to break counting. */
const maxClock = 2 ** 48;

/** @throws MalformedFrame when the update cannot be decoded or contradicts itself */
export function inspectUpdate(doc: Y.Doc, update: Uint8Array): UpdateInspection {
  const found: UpdateInspection = {
    newClients: new Set(),
    changes: false,
    touchesStructure: false,
    isOutside: false,
    continuesGone: false,
  };
  const { structs, ds } = decode(update);
  for (const struct of structs) if (!(struct instanceof Y.Skip)) inspectStruct(doc, struct, found);
  for (const [client, ranges] of ds.clients) {
    const stored = doc.store.clients.get(client) ?? [];
    for (const range of ranges) inspectDeletion(stored, range, found);
  }
  return found;
}

function inspectStruct(doc: Y.Doc, struct: Y.Item | Y.GC, found: UpdateInspection): void {
  requireSound(struct);
  const { client, clock } = struct.id;
  if (struct instanceof Y.Item && namesUnknownRoot(doc, struct)) found.isOutside = true;
  const known = Y.getState(doc.store, client);
  if (clock + struct.length <= known) return;
  if (clock < known && doc.store.clients.get(client)?.at(-1) instanceof Y.GC) found.continuesGone = true;
  found.newClients.add(client);
  found.changes = true;
  if (struct instanceof Y.Item) inspectItem(doc, struct, found);
}

function requireSound(struct: Y.Item | Y.GC): void {
  if (struct.length === 0) throw new MalformedFrame('a struct without length');
  if (struct.id.clock + struct.length > maxClock) throw new MalformedFrame('a clock beyond all bounds');
  if (struct instanceof Y.Item && buildsOnItself(struct)) throw new MalformedFrame('an item that builds on itself');
}

function decode(update: Uint8Array): Decoded {
  try {
    return Y.decodeUpdate(update);
  } catch (cause) {
    throw new MalformedFrame('an update that cannot be decoded', { cause });
  }
}

function inspectItem(doc: Y.Doc, item: Y.Item, found: UpdateInspection): void {
  const left = neighbour(doc, item.origin);
  const right = neighbour(doc, item.rightOrigin);
  if (left && right && left.parent !== right.parent) throw new MalformedFrame('an item between two texts');
  const inMap = [item, left, right].some((one) => (one?.parentSub ?? null) !== null);
  if (inMap || !isPlainText(item.content) || !isInText(doc, item, left ?? right)) found.touchesStructure = true;
  if (isOutsideLayout(doc, item, left ?? right)) found.isOutside = true;
}

/** An item names its root, or its parent, or stands beside an item; beside one of the same update it is where that is. */
function isOutsideLayout(doc: Y.Doc, { parent }: Y.Item, beside: Y.Item | undefined): boolean {
  // The types of Yjs do not say that a decoded item may name a root.
  const named: unknown = parent;
  if (typeof named === 'string') return !layoutRoots.has(named);
  const known = named instanceof Y.ID ? neighbour(doc, named) : beside;
  if (!known) return false;
  let type = known.parent;
  while (type instanceof Y.AbstractType && type._item) type = type._item.parent;
  return ![...layoutRoots].some((name) => doc.share.get(name) === type);
}

/** Yjs makes a root when it reads its name, also in an item that it has already and drops. */
function namesUnknownRoot(doc: Y.Doc, { parent }: Y.Item): boolean {
  const named: unknown = parent;
  return typeof named === 'string' && !doc.share.has(named);
}

/** Beside an item of the same update it is where that is, which is looked at as well. */
function isInText(doc: Y.Doc, { parent }: Y.Item, beside: Y.Item | undefined): boolean {
  const named: unknown = parent;
  if (named instanceof Y.ID) {
    const content = neighbour(doc, named)?.content;
    return content === undefined || (content instanceof Y.ContentType && content.type instanceof Y.Text);
  }
  return typeof named !== 'string' && (!beside || beside.parent instanceof Y.Text);
}

/** Yjs takes for granted that a client's items build on its earlier ones, also in items it has already. */
function buildsOnItself(item: Y.Item): boolean {
  const references: unknown[] = [item.origin, item.rightOrigin, item.parent];
  return references.some((id) => id instanceof Y.ID && id.client === item.id.client && id.clock >= item.id.clock);
}

function isPlainText(content: Y.Item['content']): boolean {
  if (content instanceof Y.ContentString) return !content.str.includes('\r');
  return content instanceof Y.ContentDeleted;
}

/** The item an id names, when the document has it and it was not collected. */
function neighbour(doc: Y.Doc, id: Y.ID | null): Y.Item | undefined {
  if (id === null || id.clock >= Y.getState(doc.store, id.client)) return undefined;
  const struct = Y.getItem(doc.store, id);
  return struct instanceof Y.Item ? struct : undefined;
}

function inspectDeletion(
  stored: (Y.Item | Y.GC)[],
  range: { clock: number; len: number },
  found: UpdateInspection,
): void {
  const end = range.clock + range.len;
  if (range.len <= 0) throw new MalformedFrame('a deletion without length');
  if (end > maxClock) throw new MalformedFrame('a clock beyond all bounds');
  const last = stored.at(-1);
  const known = last ? last.id.clock + last.length : 0;
  // Text that has not come yet: the deletion waits for it.
  if (end > known) found.changes = true;
  if (range.clock >= known) return;
  for (let i = Y.findIndexSS(stored, range.clock); i < stored.length; i++) {
    const struct = stored[i];
    if (!struct || struct.id.clock >= end) return;
    if (struct.deleted) continue;
    found.changes = true;
    if (struct instanceof Y.Item && struct.parentSub !== null) found.touchesStructure = true;
  }
}
