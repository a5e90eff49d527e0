import { log } from '../platform/log.ts';
import { retrying } from './retrying.ts';
import type { Room } from './room.ts';

/** How somebody waits for a room. */
export type Waiting = {
  /** Stops waiting; the room is loaded for the others all the same. */
  signal?: AbortSignal;
  /** Called for each try that failed. Who gives it waits for the next one; who does not gets the failure. */
  onFailing?: () => void;
};

export type LoadingOptions = {
  sessionId: string;
  load: () => Promise<Room>;
  /** Whether another try could not help. */
  isFinal: (error: unknown) => boolean;
  /** Whether anyone still waits. Without, a failed load is not tried again. */
  isWanted: () => boolean;
};

/**
 * One load of a room, shared by all who want it: loading → loaded | given up. A failure that may pass (the database is
 * away) is tried again with growing pauses for as long as somebody waits.
 */
export class Loading {
  readonly done: Promise<Room>;
  readonly #told = new Set<(error: unknown) => void>();
  readonly #stop = new AbortController();
  #failure: { error: unknown } | undefined;

  constructor({ sessionId, load, isFinal, isWanted }: LoadingOptions) {
    this.done = retrying(load, {
      signal: this.#stop.signal,
      onFailure: (error) => {
        if (isFinal(error)) throw error;
        log().error({ err: error, sessionId }, 'could not load a room');
        this.#failure = { error };
        for (const tell of this.#told) tell(error);
        if (!isWanted()) throw error;
      },
    });
    // Those who wait are told; that nobody waits is no fault.
    this.done.then(
      () => (this.#failure = undefined),
      () => undefined,
    );
  }

  get isFailing(): boolean {
    return this.#failure !== undefined;
  }

  wait({ signal, onFailing }: Waiting): Promise<Room> {
    return new Promise((resolve, reject) => {
      const tell = onFailing ?? reject;
      const leave = () => reject(new Error('nobody waits here any more'));
      this.#told.add(tell);
      signal?.addEventListener('abort', leave);
      if (signal?.aborted) leave();
      if (this.#failure) tell(this.#failure.error);
      const end = () => {
        this.#told.delete(tell);
        signal?.removeEventListener('abort', leave);
      };
      this.done.then(resolve, reject).finally(end);
    });
  }

  /** No further try; those who wait get `error`. */
  stop(error: Error): void {
    this.#stop.abort(error);
  }
}
