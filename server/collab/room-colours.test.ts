import { expect, test } from 'vitest';
import { participantColour, participantColours } from '../core/participant-colour.ts';
import { RoomColours } from './room-colours.ts';

/** Ids that all have the same colour of their own. */
const alike = Array.from({ length: 500 }, (_, i) => `per_${i}`).filter(
  (id) => participantColour(id) === participantColours[3],
);

test('[CB99] eight people of one colour have eight in a room, and the first keeps theirs', () => {
  const colours = new RoomColours();
  const people = alike.slice(0, 8);
  for (const id of people) colours.enter(id);
  expect(colours.of(people[0] ?? '')).toBe(participantColours[3]);
  expect(new Set(people.map((id) => colours.of(id))).size).toBe(8);
  const ninth = alike[8] ?? '';
  colours.enter(ninth);
  expect(participantColours).toContain(colours.of(ninth));
});

test('[CB99] who comes back has the colour they had, unless somebody has it by now', () => {
  const colours = new RoomColours();
  const [a = '', b = '', c = ''] = alike;
  colours.enter(a);
  colours.enter(b);
  const had = colours.of(b);
  colours.enter(b);
  colours.leave(b);
  expect(colours.of(b)).toBe(had);
  colours.leave(b);
  colours.enter(c);
  expect(colours.of(c)).toBe(had);
  colours.enter(b);
  expect(new Set([a, b, c].map((id) => colours.of(id))).size).toBe(3);
  colours.leave(b);
  colours.leave(c);
  const again = colours.of(b);
  colours.enter(b);
  expect(colours.of(b)).toBe(again);
});
