import * as Y from 'yjs';
import { placeOf, wordsOf, type CommentPlace, type TextRange } from '@/server/core/comment-anchor.ts';
import type { StoredAnchor } from '@/server/core/stored-anchor.ts';

type OnCharacter = NonNullable<StoredAnchor['position']>['start'];

/** Anchors a range of a live text (CM1). `range` is not empty. */
export function anchorRange(text: Y.Text, range: TextRange): StoredAnchor {
  return { position: positionOf(text, range), ...wordsOf(text.toString(), range) };
}

function positionOf(text: Y.Text, { start, end }: TextRange): StoredAnchor['position'] {
  const first = onCharacter(text, start, 0);
  const last = onCharacter(text, end, -1);
  return first && last ? { start: first, end: last } : null;
}

/** `assoc` 0 holds on to the character behind the index, -1 to the one before it. */
function onCharacter(text: Y.Text, index: number, assoc: 0 | -1): OnCharacter | undefined {
  const { item } = Y.createRelativePositionFromTypeIndex(text, index, assoc);
  return item ? { item: { client: item.client, clock: item.clock }, assoc } : undefined;
}

/** A text and what stands in it, which is dear to ask for once for each of many anchors. */
export type LiveText = { text: Y.Text; now: string };

export const liveText = (text: Y.Text): LiveText => ({ text, now: text.toString() });

/**
 * Where an anchored range is now. Pass another file's text, or one that came back, with `isSameFile` false: there the
 * position says nothing, and the words are looked for.
 */
export function locate({ text, now }: LiveText, anchor: StoredAnchor, isSameFile: boolean): CommentPlace {
  const { position } = anchor;
  if (!isSameFile || !position) return placeOf(now, anchor, undefined);
  const range = rangeOf(text, position, false);
  const place = placeOf(now, anchor, range);
  if (place.state === 'here') return place;
  // Who undid a deletion knows which characters stand for the old ones; nobody else does.
  const redone = rangeOf(text, position, true);
  const again = redone && placeOf(now, anchor, redone);
  return again?.state === 'here' ? { ...again, isDrifted: true } : place;
}

function rangeOf(
  text: Y.Text,
  position: NonNullable<StoredAnchor['position']>,
  followUndo: boolean,
): TextRange | undefined {
  const start = indexOf(text, position.start, followUndo);
  const end = indexOf(text, position.end, followUndo);
  if (start === undefined || end === undefined) return undefined;
  return { start, end: Math.max(start, end) };
}

function indexOf(text: Y.Text, position: OnCharacter, followUndo: boolean): number | undefined {
  if (!text.doc) return undefined;
  const relative = Y.createRelativePositionFromJSON(position);
  try {
    const found = Y.createAbsolutePositionFromRelativePosition(relative, text.doc, followUndo);
    return found?.type === text ? found.index : undefined;
  } catch {
    return undefined; // stored by a client, which may have named anything
  }
}
