import type { FoundClass, FoundPlace } from '../../core/model-call.ts';
import type { ClassActions } from './inspect.ts';
import type { SeenText } from './seen-texts.ts';

/** A kind has no more places than this in the record. */
const mostPlaces = 20;

type Kind = { class: string; detector: string };

/** Adds up what was found by kind: numbers, places and what happened, and nothing of the values. */
export function foundCounter() {
  const counts = new Map<string, FoundClass & { places: FoundPlace[] }>();
  return {
    add(kind: Kind, how: Pick<FoundClass, 'action' | 'inAnswer'>, place?: FoundPlace): void {
      const key = `${kind.class}\n${kind.detector}`;
      const { class: of, detector } = kind;
      const known = counts.get(key) ?? { class: of, detector, count: 0, ...how, places: [] };
      known.count += 1;
      if (place && known.places.length < mostPlaces) known.places.push(place);
      counts.set(key, known);
    },
    found: (): FoundClass[] =>
      [...counts.values()].map(({ places, ...one }) => (places.length === 0 ? one : { ...one, places })),
  };
}

/** What is recorded of what was found in a request. */
export function countFound(
  looked: readonly { role: string; seen: SeenText }[],
  { actions, keptOut }: { actions: ClassActions; keptOut: readonly string[] },
): FoundClass[] {
  const counter = foundCounter();
  for (const [text, { role, seen }] of looked.entries()) {
    const { findings, masked } = seen;
    for (const finding of findings) {
      const action = actions.get(finding.class) ?? 'mask';
      if (action !== 'mask' || masked === undefined)
        counter.add(finding, { action }, { role, text, start: finding.start });
    }
    for (const { by, start } of masked?.places ?? []) counter.add(by, { action: 'mask' }, { role, text, start });
  }
  for (const rule of keptOut) counter.add({ class: 'excluded', detector: rule }, { action: 'block' });
  return counter.found();
}
