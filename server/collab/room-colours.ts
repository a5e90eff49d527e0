import { participantColour, participantColours } from '../core/participant-colour.ts';

/**
 * Which colour who has in one room. Each has their own, the same as everywhere, unless somebody who is there has it
 * already: then the next free one. Who comes back gets the colour they had, when it is free. Beyond eight, colours
 * are shared.
 */
export class RoomColours {
  readonly #held = new Map<string, { colour: string; lines: number }>();

  /** Somebody came, perhaps with one more line of several. */
  enter(actorId: string): void {
    const held = this.#held.get(actorId);
    if (held && held.lines > 0) held.lines += 1;
    else
      this.#held.set(actorId, { colour: this.#freeFor(actorId, held?.colour ?? participantColour(actorId)), lines: 1 });
  }

  leave(actorId: string): void {
    const held = this.#held.get(actorId);
    if (held) held.lines -= 1;
  }

  of(actorId: string): string {
    return this.#held.get(actorId)?.colour ?? participantColour(actorId);
  }

  #freeFor(actorId: string, wanted: string): string {
    const taken = new Set<string>();
    for (const [id, { colour, lines }] of this.#held) if (id !== actorId && lines > 0) taken.add(colour);
    const all: readonly string[] = participantColours;
    const from = all.indexOf(wanted);
    const inOrder = [...all.slice(from), ...all.slice(0, from)];
    return inOrder.find((colour) => !taken.has(colour)) ?? wanted;
  }
}
