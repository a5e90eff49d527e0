import * as encoding from 'lib0/encoding';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { VirtualServer, virtualText } from '../../db/testing-virtual-room.ts';
import { maxBufferedBytes } from './connection.ts';
import { Pace } from './pace.ts';
import { RateLimit } from './rate-limit.ts';
import { enter, presence, presenceOf } from './testing-connection.ts';
import { stateVectorFrame, updateFrame } from './wire.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('[CB24] a reader that falls too far behind is closed with 1013, and the room goes on', async () => {
  const room = await new VirtualServer().start();
  const slow = enter(room, 'slow');
  slow.seen.buffered = maxBufferedBytes + 1;
  slow.connection.send(updateFrame(new Uint8Array(1)));
  expect(slow.seen.closed).toBe(1013);
  expect(room.connections.size).toBe(0);
});

test('[CB24] the text of a long room does not count while it is under way, everything else does', async () => {
  const room = await new VirtualServer().start();
  const { connection, seen } = enter(room, 'new');
  connection.sendState(new Uint8Array(3 * maxBufferedBytes));
  seen.buffered = 4 * maxBufferedBytes;
  connection.send(updateFrame(new Uint8Array(1)));
  expect(seen.closed).toBeUndefined();
  seen.buffered = maxBufferedBytes;
  connection.send(updateFrame(new Uint8Array(1)));
  seen.buffered = maxBufferedBytes + 1;
  connection.send(updateFrame(new Uint8Array(1)));
  expect(seen.closed).toBe(1013);
});

test('[CB24] asking for the text again and again does not raise what may be unsent', async () => {
  const room = await new VirtualServer().start();
  const { connection, seen } = enter(room, 'greedy');
  for (let i = 0; i < 10; i++) {
    connection.sendState(new Uint8Array(2 * maxBufferedBytes));
    seen.buffered += 2 * maxBufferedBytes;
  }
  expect(seen.closed).toBe(1013);
});

test('[CB25] frames above the rate wait in the network and are not lost', async () => {
  const limit = new RateLimit({ perSecond: 10, burst: 2 }, 0);
  expect([limit.take(0), limit.take(0), limit.take(0)]).toEqual([0, 0, 100]);
  expect(limit.take(1_000)).toBe(0);
  const room = await new VirtualServer().start();
  const { connection, seen } = enter(room, 'fast');
  const query = encoding.encode((encoder) => encoding.writeVarUint(encoder, 3));
  for (let i = 0; i < 9_000; i++) connection.receive(query);
  expect(seen.paused).toBe(true);
  vi.advanceTimersByTime(10_000);
  expect(seen.paused).toBe(false);
  expect(seen.closed).toBeUndefined();
});

test('[CB27] who says much presence, or asks again and again for the text, is read more slowly', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const room = await new VirtualServer().start();
  const { connection, seen } = enter(room, 'ada');
  connection.receive(presence(7_000, { file: 'first' }));
  await turn();
  expect(seen.paused).toBe(false);
  for (let i = 0; i < 40; i++) connection.receive(presence(7_000, { file: `${i}`.padEnd(10_000, 'x') }));
  expect(seen.paused).toBe(true);
  // What came in the same piece waits too, and is not lost.
  expect(presenceOf(room)).not.toMatchObject([{ file: '39'.padEnd(10_000, 'x') }]);
  vi.advanceTimersByTime(10_000);
  vi.advanceTimersByTime(10_000);
  expect(presenceOf(room)).toMatchObject([{ file: '39'.padEnd(10_000, 'x') }]);
  expect(seen.paused).toBe(false);

  const other = enter(room, 'bob');
  const by = { author: { kind: 'person' as const, id: 'per_ada' }, kind: 'edit' as const };
  const apply = (doc: Y.Doc) => virtualText(doc).insert(0, 'x'.repeat(2 * 1024 * 1024));
  void room.changeAll([{ ...by, apply }], () => Promise.resolve());
  const question = stateVectorFrame(Y.encodeStateVector(new Y.Doc()));
  for (let i = 0; i < 30; i++) other.connection.receive(question);
  expect(other.seen.paused).toBe(false);
  for (let i = 0; i < 15; i++) other.connection.receive(question);
  expect(other.seen.paused).toBe(true);
  expect(other.seen.closed).toBeUndefined();
});

test('[CB25] a longer wait is not cut short by a shorter one, nor by an answer of the database', () => {
  const calls: string[] = [];
  const pace = new Pace({ pause: () => calls.push('pause'), resume: () => calls.push('resume') }, () =>
    calls.push('work'),
  );
  pace.slowDown(1_000);
  pace.slowDown(10);
  pace.hold();
  vi.advanceTimersByTime(500);
  pace.release();
  expect(calls).not.toContain('resume');
  vi.advanceTimersByTime(500);
  expect(calls.slice(-2)).toEqual(['work', 'resume']);
});
