import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { VirtualClient, VirtualServer } from '../../db/testing-virtual-room.ts';
import { RoomSize } from './room-size.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function exchange(server: VirtualServer, ...clients: VirtualClient[]): Promise<void> {
  for (let rounds = 0; rounds < 5; rounds++) {
    for (const client of clients) while (client.deliverUp() || client.deliverDown());
    await turn();
    server.store.step();
    await turn();
  }
}

test('[CB26] text beyond the bound is refused with 4413, deletions pass, and then there is room again', async () => {
  const server = new VirtualServer();
  const room = await server.start({ maxBytes: 10_000 });
  const ada = new VirtualClient('per_ada', 3_000);
  ada.connect(room);
  await exchange(server, ada);
  ada.text.insert(0, 'a'.repeat(9_000));
  await exchange(server, ada);
  expect(ada.closedWith).toBeUndefined();

  const bob = new VirtualClient('per_bob', 4_000);
  bob.connect(room);
  await exchange(server, bob);
  bob.text.insert(0, 'b'.repeat(9_000));
  await exchange(server, ada, bob);
  expect(bob.closedWith).toMatchObject({ code: 4413, reason: expect.stringContaining('Remove some') });
  expect(ada.text.toJSON()).toBe('a'.repeat(9_000));

  ada.text.delete(0, 8_000);
  await exchange(server, ada);
  ada.text.insert(0, 'c'.repeat(8_000));
  await exchange(server, ada);
  expect(ada.closedWith).toBeUndefined();
  const eve = new VirtualClient('per_eve', 5_000);
  eve.connect(room);
  await exchange(server, eve);
  expect(eve.text.toJSON()).toBe('c'.repeat(8_000) + 'a'.repeat(1_000));
});

test('[CB26] in a room that is loaded above the bound, text can be removed and nothing added', async () => {
  const server = new VirtualServer();
  const before = new VirtualClient('per_ada', 3_000);
  before.connect(await server.start());
  await exchange(server, before);
  before.text.insert(0, 'a'.repeat(9_000));
  await exchange(server, before);
  server.kill();

  const room = await server.start({ maxBytes: 5_000 });
  const ada = new VirtualClient('per_ada', 3_001);
  ada.connect(room);
  await exchange(server, ada);
  ada.text.delete(0, 10);
  await exchange(server, ada);
  expect(ada.closedWith).toBeUndefined();
  ada.text.insert(0, '!');
  await exchange(server, ada);
  expect(ada.closedWith).toMatchObject({ code: 4413 });
  expect(room.hasRoomFor(0)).toBe(false);
});

test('[CB26] a document is measured only when the count says that it is full, and once for each change', () => {
  const measure = vi.fn(() => 90);
  const size = new RoomSize({ bytes: 80, maxBytes: 100, measure });
  expect(size.hasRoomFor(20)).toBe(true);
  expect(measure).not.toHaveBeenCalled();
  size.grew(40);
  expect(size.hasRoomFor(10)).toBe(true);
  expect([size.hasRoomFor(11), size.hasRoomFor(11)]).toEqual([false, false]);
  expect(measure).toHaveBeenCalledTimes(1);
});
