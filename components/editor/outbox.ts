import * as Y from 'yjs';
import { splitUpdate } from './split-update.ts';

export type EditKind = 'edit' | 'undo';

/** One change that this person made, as long as the server has not called it durable. */
export type KeptEdit = {
  key: string;
  update: Uint8Array;
  kind: EditKind;
  /** The files it touches. */
  files: readonly string[];
};

export type Message = { kind: EditKind; update: Uint8Array };

/** Far below what the server takes at once (docs/spec/collab.md, CB21), so that others' changes come in between. */
const maxMessageBytes = 512 * 1024;

/**
 * This person's changes on their way to the server. A change goes with a message of the connection; the server counts
 * those messages and says up to which one all is stored. What is not stored when a connection ends goes again with the
 * next one, also after a reload.
 */
export class Outbox {
  /** `carrier`: the number of the message that carried the last of it on this connection. */
  private waiting: { edit: KeptEdit; carrier: number | undefined }[] = [];
  private sent = 0;

  get count(): number {
    return this.waiting.length;
  }

  get edits(): readonly KeptEdit[] {
    return this.waiting.map(({ edit }) => edit);
  }

  /** The files that changes touch which are not stored. */
  get files(): ReadonlySet<string> {
    return new Set(this.waiting.flatMap(({ edit }) => edit.files));
  }

  add(edit: KeptEdit): void {
    this.waiting.push({ edit, carrier: undefined });
  }

  /** A new connection begins: nothing was sent on it yet. */
  connected(): void {
    this.sent = 0;
    for (const one of this.waiting) one.carrier = undefined;
  }

  /** What is to be sent now, in this order. */
  take(): Message[] {
    const messages: Message[] = [];
    for (const group of this.groups()) {
      const kind = group[0]?.edit.kind ?? 'edit';
      const updates = group.map(({ edit }) => edit.update);
      const [only] = updates;
      const whole = updates.length === 1 && only ? only : Y.mergeUpdates(updates);
      const parts = splitUpdate(whole, maxMessageBytes);
      this.sent += parts.length;
      for (const one of group) one.carrier = this.sent;
      messages.push(...parts.map((update) => ({ kind, update })));
    }
    return messages;
  }

  /** A message without a change was sent; the server counts it as well. */
  sentNothing(): void {
    this.sent += 1;
  }

  /** The first `messages` of this connection are durable. @returns the keys of the changes that were in them */
  saved(messages: number): string[] {
    const isSaved = (carrier: number | undefined) => carrier !== undefined && carrier <= messages;
    const saved = this.waiting.filter(({ carrier }) => isSaved(carrier)).map(({ edit }) => edit.key);
    this.waiting = this.waiting.filter(({ carrier }) => !isSaved(carrier));
    return saved;
  }

  clear(): void {
    this.waiting = [];
  }

  /** Neighbours of one kind that fit into a message together; one edit that does not fit stands alone. */
  private groups(): (typeof this.waiting)[] {
    const groups: (typeof this.waiting)[] = [];
    let bytes = 0;
    for (const one of this.waiting) {
      if (one.carrier !== undefined) continue;
      const group = groups.at(-1);
      bytes += one.edit.update.byteLength;
      if (group && group[0]?.edit.kind === one.edit.kind && bytes <= maxMessageBytes) group.push(one);
      else {
        groups.push([one]);
        bytes = one.edit.update.byteLength;
      }
    }
    return groups;
  }
}

/**
 * Whether a room that is at `server` has everything that `local` builds on, apart from what waits in `edits`. It has
 * not when it was set back to an earlier state: what is built on the lost part would never be taken in.
 */
export function hasAllBut(
  edits: readonly KeptEdit[],
  local: ReadonlyMap<number, number>,
  server: ReadonlyMap<number, number>,
): boolean {
  const begins = new Map<number, number>();
  for (const { update } of edits) {
    for (const [client, clock] of Y.parseUpdateMeta(update).from)
      begins.set(client, Math.min(clock, begins.get(client) ?? Infinity));
  }
  for (const [client, clock] of local) {
    const there = server.get(client) ?? 0;
    if (there < Math.min(clock, begins.get(client) ?? Infinity)) return false;
  }
  return true;
}
