import { expect, test } from 'vitest';
import { participantColour, participantColours } from './participant-colour.ts';

test('an actor keeps its colour', () => {
  expect(participantColour('per_a')).toBe(participantColour('per_a'));
});

test('ids that begin alike use the whole palette', () => {
  const used = new Set(Array.from({ length: 64 }, (_, i) => participantColour(`per_01m7y7wfhfvg06qmbdz27ph${i}`)));
  expect(used.size).toBe(participantColours.length);
});

test.each(participantColours)('white text on %s has a contrast of at least 4.5 to 1', (colour) => {
  const channel = (at: number) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  expect(1.05 / (luminance + 0.05)).toBeGreaterThanOrEqual(4.5);
});
