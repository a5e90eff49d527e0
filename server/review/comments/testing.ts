import type { RoomFixture } from '../../../db/testing-room.ts';
import type { Context } from '../../context.ts';
import { wordsOf } from '../../core/comment-anchor.ts';
import type { StoredAnchor } from '../../core/stored-anchor.ts';
import { openInRoom } from '../testing.ts';
import { startThread } from './start-thread.ts';

/** Threads for tests of use cases: anchored by words, as a client that never saw the document would. */

export const money = 'export function parseMoney(text: string) {\n  return Number(text) * 100;\n}\n';

export function anchorOn(text: string, words: string): StoredAnchor {
  const start = text.indexOf(words);
  return { position: null, ...wordsOf(text, { start, end: start + words.length }) };
}

/** A session with one file, and a thread about a line of it. */
export async function sessionWithThread(room: RoomFixture, ctx: Context, body = 'Why 100?') {
  const sessionId = await room.session({ 'money.ts': money });
  const fileId = await openInRoom(room, ctx, { sessionId, path: 'money.ts' });
  const started = await startThread(ctx, { sessionId, fileId, anchor: anchorOn(money, 'Number(text) * 100'), body });
  return { sessionId, fileId, ...started };
}
