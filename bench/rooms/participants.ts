import { setTimeout as wait } from 'node:timers/promises';
import * as Y from 'yjs';
import { Frames, missingStep, stateVectorStep, updateStep, type Dialect } from './dialect.ts';
import { Link } from './link.ts';

/** Where a participant enters, and under which client id it writes. */
export type Seat = {
  url: string;
  room: string;
  clientId: number;
  /** Lays the document out when the server does not, as ours does. */
  laysOut: boolean;
};

type Options = { dialect: Dialect; seat: Seat; writes: boolean; onUpdate: (frame: Buffer, by: Participant) => void };

const patienceMs = 30_000;
const fileId = 'fil_bench';

/** A light client: it writes real updates and looks at received ones without holding a document of others' text. */
export class Participant {
  readonly frames: Frames;
  readonly seat: Seat;
  isGone = false;
  closeCode: number | undefined;
  readonly #doc: Y.Doc | undefined;
  readonly #onUpdate: Options['onUpdate'];
  #link: Link | undefined;
  #state: Uint8Array | undefined;

  private constructor({ dialect, seat, writes, onUpdate }: Options) {
    this.frames = new Frames(dialect, seat.room);
    this.seat = seat;
    this.#doc = writes ? new Y.Doc() : undefined;
    this.#onUpdate = onUpdate;
  }

  /** Connects, gets the room's text, and says who it is. */
  static async enter(options: Options): Promise<Participant> {
    const entering = new Participant(options);
    entering.#link = await Link.open(options.seat.url, {
      onFrame: (frame) => entering.#receive(frame),
      onClosed: (code) => {
        entering.isGone = true;
        entering.closeCode = code;
      },
    });
    if (options.dialect === 'hocuspocus') entering.#link.send(entering.frames.token());
    await entering.#synchronise();
    const { clientId } = options.seat;
    entering.#link.send(entering.frames.presence(clientId, { user: { name: `Client ${clientId}` }, file: fileId }));
    return entering;
  }

  /** Makes a change of the text and sends it. */
  write(edit: (text: Y.Text) => void): void {
    const doc = this.#doc;
    if (!doc) throw new Error('this participant only reads');
    doc.transact(() => edit(textOf(doc)));
  }

  leave(): void {
    this.#link?.end();
  }

  #receive(frame: Buffer): void {
    const step = this.frames.stepOf(frame);
    if (step === updateStep) this.#onUpdate(frame, this);
    else if (step === missingStep) this.#state = this.frames.payloadOf(frame);
  }

  async #synchronise(): Promise<void> {
    const state = await this.#ask();
    const doc = this.#doc;
    if (!doc) return;
    Y.applyUpdate(doc, state);
    for (let tries = 0; !hasText(doc) && !this.seat.laysOut; tries++) {
      if (tries > 200) throw new Error('the room has no text');
      await wait(10);
      Y.applyUpdate(doc, await this.#ask());
    }
    doc.clientID = this.seat.clientId;
    doc.on('update', (update: Uint8Array) => this.#link?.send(this.frames.sync(updateStep, update)));
    if (!hasText(doc)) doc.getMap('files').set(fileId, new Y.Map([['text', new Y.Text()]]));
  }

  async #ask(): Promise<Uint8Array> {
    this.#state = undefined;
    this.#link?.send(this.frames.sync(stateVectorStep, Y.encodeStateVector(new Y.Doc())));
    const until = Date.now() + patienceMs;
    while (this.#state === undefined) {
      if (this.isGone) throw new Error(`the server closed the connection with ${this.closeCode ?? 'no code'}`);
      if (Date.now() > until) throw new Error('the server did not answer a state vector');
      await wait(2);
    }
    return this.#state;
  }
}

function hasText(doc: Y.Doc): boolean {
  return doc.getMap('files').size > 0;
}

export function textOf(doc: Y.Doc): Y.Text {
  const [entry] = doc.getMap('files').values();
  const text = entry instanceof Y.Map ? entry.get('text') : undefined;
  if (!(text instanceof Y.Text)) throw new Error('the room has no text');
  return text;
}
