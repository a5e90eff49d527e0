import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { VirtualClient, VirtualServer, virtualText } from '../../db/testing-virtual-room.ts';
import type { Room } from './room.ts';
import { presenceFrame, stateVectorFrame, updateFrame } from './wire.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A small linear congruential generator: the frames are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Frames a client might send, to be damaged. */
function samples(room: Room, clientId: number): Uint8Array[] {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(room.doc));
  doc.clientID = clientId;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  virtualText(doc).insert(0, 'hello 😀');
  virtualText(doc).delete(1, 3);
  doc.getMap('meta').set('a', { deep: [1, 'x', null] });
  doc.getMap('files').set('f', new Y.Map([['text', new Y.Text('t')]]));
  doc.getArray('list').insert(0, [1, new Y.Map(), new Uint8Array([1, 2])]);
  virtualText(doc).format(0, 2, { bold: true });
  return [
    ...updates.map(updateFrame),
    updateFrame(Y.encodeStateAsUpdate(doc)),
    stateVectorFrame(Y.encodeStateVector(doc)),
    presenceFrame([{ clientId, clock: 1, state: '{"file":"f"}' }]),
  ];
}

function damaged(frame: Uint8Array, below: (limit: number) => number): Uint8Array {
  const copy = frame.slice(0, below(4) === 0 ? below(frame.length + 1) : frame.length);
  for (let flips = 1 + below(4); flips > 0 && copy.length > 0; flips--) copy[below(copy.length)] = below(256);
  return copy;
}

async function attack(room: Room, frames: number, rights: readonly ('view' | 'edit')[]): Promise<void> {
  const below = numbers(7);
  const sent = samples(room, 4_000);
  let mallory = new VirtualClient('per_mallory', 4_000);
  for (let i = 0; i < frames; i++) {
    if (!mallory.link) {
      mallory = new VirtualClient('per_mallory', 4_000);
      mallory.connect(room);
      const link = mallory.link as VirtualClient['link'];
      link?.connection.setParticipant({ ...link.connection.participant, rights });
    }
    mallory.link?.connection.receive(damaged(sent[below(sent.length)] ?? new Uint8Array(), below));
    if (i % 20 === 0) await turn();
  }
}

test('[CB20] thousands of damaged frames from someone who may only view change nothing', async () => {
  const server = new VirtualServer();
  const room = await server.start();
  const ada = new VirtualClient('per_ada', 3_000);
  ada.connect(room);
  while (ada.deliverUp() || ada.deliverDown());
  ada.text.insert(0, 'kept');
  while (ada.deliverUp() || ada.deliverDown());
  await turn();
  const before = Y.encodeStateAsUpdate(room.doc);
  await attack(room, 5_000, ['view']);
  expect(Y.encodeStateAsUpdate(room.doc)).toEqual(before);
  expect(room.isClosed).toBe(false);
});

test('[CB20] damaged frames from someone who may edit never end the room, and the document stays readable', async () => {
  const room = await new VirtualServer().start();
  await attack(room, 5_000, ['view', 'edit']);
  expect(room.isClosed).toBe(false);
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(room.doc));
  expect(virtualText(copy).toJSON()).toBe(virtualText(room.doc).toJSON());
  expect([...room.doc.getMap('files').keys()]).toEqual(['fil_text']);
});
