import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** How a server frames the messages of Yjs: ours and y-websocket's as they are, Hocuspocus' behind the room's name. */
export type Dialect = 'plain' | 'hocuspocus';

const [sync, awareness, auth] = [0, 1, 2];
export const [stateVectorStep, missingStep, updateStep] = [0, 1, 2] as const;

export class Frames {
  readonly #prefix: Uint8Array;

  constructor(dialect: Dialect, room: string) {
    this.#prefix =
      dialect === 'plain' ? new Uint8Array() : encoding.encode((encoder) => encoding.writeVarString(encoder, room));
  }

  sync(step: number, payload: Uint8Array): Uint8Array {
    return this.#frame((encoder) => {
      encoding.writeVarUint(encoder, sync);
      encoding.writeVarUint(encoder, step);
      encoding.writeVarUint8Array(encoder, payload);
    });
  }

  presence(clientId: number, state: unknown): Uint8Array {
    const body = encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarUint(encoder, clientId);
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarString(encoder, JSON.stringify(state));
    });
    return this.#frame((encoder) => {
      encoding.writeVarUint(encoder, awareness);
      encoding.writeVarUint8Array(encoder, body);
    });
  }

  /** What Hocuspocus wants to see first. */
  token(): Uint8Array {
    return this.#frame((encoder) => {
      encoding.writeVarUint(encoder, auth);
      encoding.writeVarUint(encoder, 0);
      encoding.writeVarString(encoder, 'token');
    });
  }

  /** The step of a sync message, -1 for everything else. */
  stepOf(frame: Buffer): number {
    const at = this.#prefix.byteLength;
    return frame[at] === sync ? (frame[at + 1] ?? -1) : -1;
  }

  payloadOf(frame: Buffer): Uint8Array {
    return decoding.readVarUint8Array(
      decoding.createDecoder(new Uint8Array(frame.subarray(this.#prefix.byteLength + 2))),
    );
  }

  #frame(write: (encoder: encoding.Encoder) => void): Uint8Array {
    return encoding.encode((encoder) => {
      encoding.writeUint8Array(encoder, this.#prefix);
      write(encoder);
    });
  }
}
