import { expect, test } from 'vitest';
import { Door } from './door.ts';

test('[CB74] who waits is counted by address and in all, and not twice when it leaves', () => {
  const door = new Door({ waiting: 3, waitingFromAddress: 2 });
  const first = door.arrive('a');
  expect(door.arrive('a')).toBeDefined();
  expect(door.arrive('a')).toBeUndefined();
  expect(door.arrive('b')).toBeDefined();
  expect(door.arrive('c')).toBeUndefined();
  expect(door.waiting).toBe(3);
  first?.();
  first?.();
  expect(door.waiting).toBe(2);
  expect(door.arrive('c')).toBeDefined();
});

test('[CB74] who is inside is counted by room and person', () => {
  const door = new Door({ inRoom: 2, ofPerson: 2 });
  const leave = door.enter({ sessionId: 'x', personId: 'ada' });
  expect(door.enter({ sessionId: 'x', personId: 'bob' })).toBeTypeOf('function');
  expect(door.enter({ sessionId: 'x', personId: 'eve' })).toBe('room');
  expect(door.enter({ sessionId: 'y', personId: 'ada' })).toBeTypeOf('function');
  expect(door.enter({ sessionId: 'z', personId: 'ada' })).toBe('person');
  if (typeof leave === 'function') leave();
  expect(door.enter({ sessionId: 'x', personId: 'ada' })).toBeTypeOf('function');
});

test('[CB74] tickets are looked up a few at a time and in their order, also when a look-up fails', async () => {
  const door = new Door();
  let atOnce = 0;
  let most = 0;
  const begun: number[] = [];
  const look = async (index: number) => {
    begun.push(index);
    most = Math.max(most, ++atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce--;
    if (index % 3 === 0) throw new Error('no answer');
  };
  const all = Array.from({ length: 40 }, (_value, index) => index);
  await Promise.allSettled(all.map((index) => door.lookUp(() => look(index))));
  expect(begun).toEqual(all);
  expect(most).toBe(6);
  await door.lookUp(() => Promise.resolve());
});
