import { setTimeout as wait } from 'node:timers/promises';
import * as Y from 'yjs';
import { Frames, missingStep, stateVectorStep, updateStep } from './dialect.ts';
import { Link } from './link.ts';
import { textOf, type Seat } from './participants.ts';
import type { Patch } from './trace.ts';

/** Keystrokes that a client sends in one update, and those it types before the next client goes on. */
const [together, turn] = [5, 250];
const patienceMs = 60_000;

/** A whole client: it holds the document and follows the others. */
export class Typist {
  readonly doc = new Y.Doc();
  readonly #frames: Frames;
  #link: Link | undefined;
  #closed: number | undefined;

  private constructor(seat: Seat) {
    this.#frames = new Frames('plain', seat.room);
  }

  static async enter(seat: Seat): Promise<Typist> {
    const entering = new Typist(seat);
    const { doc } = entering;
    const link = await Link.open(seat.url, {
      onFrame: (frame) => entering.#receive(frame),
      onClosed: (code) => (entering.#closed = code ?? 1006),
    });
    entering.#link = link;
    link.send(entering.#frames.sync(stateVectorStep, Y.encodeStateVector(doc)));
    await entering.until(() => doc.getMap('files').size > 0);
    doc.clientID = seat.clientId;
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'server') link.send(entering.#frames.sync(updateStep, update));
    });
    return entering;
  }

  get text(): Y.Text {
    return textOf(this.doc);
  }

  get clock(): number {
    return Y.getState(this.doc.store, this.doc.clientID);
  }

  type(patches: readonly Patch[]): void {
    for (let from = 0; from < patches.length; from += together) {
      this.doc.transact(() => {
        for (const patch of patches.slice(from, from + together)) applyPatch(this.text, patch);
      });
    }
  }

  /** Whether this client has everything that another one typed. */
  hasAllOf(other: Typist): boolean {
    return Y.getState(this.doc.store, other.doc.clientID) === other.clock && this.text.length === other.text.length;
  }

  async until(isSo: () => boolean): Promise<void> {
    for (const startedAt = Date.now(); !isSo(); await wait(1)) {
      if (this.#closed !== undefined) throw new Error(`a typist was sent away with ${this.#closed}`);
      if (Date.now() - startedAt > patienceMs) throw new Error('a typist does not see what the others typed');
    }
  }

  leave(): void {
    this.#link?.end();
    this.doc.destroy();
  }

  #receive(frame: Buffer): void {
    const step = this.#frames.stepOf(frame);
    if (step !== missingStep && step !== updateStep) return;
    Y.applyUpdate(this.doc, this.#frames.payloadOf(frame), 'server');
  }
}

export function applyPatch(text: Y.Text, [at, deleted, inserted]: Patch): void {
  if (deleted > 0) text.delete(at, deleted);
  if (inserted !== '') text.insert(at, inserted);
}

/** Types a trace in turns. @returns the text as each of them has it, and as someone who comes later gets it */
export async function typeInTurns(seats: readonly Seat[], patches: readonly Patch[]): Promise<string[]> {
  const [later, ...first] = seats;
  const typists = await Promise.all(first.map((seat) => Typist.enter(seat)));
  for (let from = 0, turns = 0; from < patches.length; from += turn, turns++) {
    const typing = typists[turns % typists.length];
    if (!typing || !later) throw new Error('a trace is typed by at least one and read by another');
    typing.type(patches.slice(from, from + turn));
    for (const one of typists) if (one !== typing) await one.until(() => one.hasAllOf(typing));
  }
  const reader = later && (await Typist.enter(later));
  const all = reader ? [...typists, reader] : typists;
  const texts = all.map((one) => one.text.toJSON());
  for (const one of all) one.leave();
  return texts;
}
