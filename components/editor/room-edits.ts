import * as Y from 'yjs';
import type { Aside, AsideReason, LocalCopy } from './local-copy.ts';
import { hasAllBut, Outbox, type EditKind } from './outbox.ts';
import { readFiles, textsOf, touchedFiles } from './room-files.ts';
import { undoFrame, updateFrame } from './room-frames.ts';

export type Texts = Aside['files'];

type Options = {
  doc: Y.Doc;
  copy: LocalCopy;
  send: (frame: Uint8Array) => void;
  /** The number of edits that are not stored, or what was laid aside, is another now. */
  onChange: () => void;
};

/** What changes the document without being an edit of this person's in this tab. */
export const fromElsewhere = 'elsewhere';
const copyEveryMs = 5_000;

/** This person's edits: made, kept in the browser, sent, called durable; or laid aside when the room cannot take them. */
export class RoomEdits {
  private readonly options: Options;
  private readonly outbox = new Outbox();
  private readonly tab: string;
  private made = 0;
  /** Whether edits are sent as they are made. */
  private isFlowing = false;
  private isEnded = false;
  private copyTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.options = options;
    this.tab = `${Date.now().toString(36)}-${options.doc.clientID.toString(36)}`;
    options.doc.on('update', this.changed);
  }

  get count(): number {
    return this.outbox.count;
  }

  get asides(): readonly Aside[] {
    return this.options.copy.asides;
  }

  /** Brings back what this browser kept. */
  async load(): Promise<void> {
    const { doc, copy, onChange } = this.options;
    const { text, edits } = await copy.load();
    if (doc.isDestroyed) return;
    if (text) Y.applyUpdate(doc, text, fromElsewhere);
    for (const edit of edits) {
      this.outbox.add(edit);
      Y.applyUpdate(doc, edit.update, fromElsewhere);
    }
    onChange();
  }

  /** A new connection begins: nothing was sent on it yet. */
  connected(): void {
    this.isFlowing = false;
    this.isEnded = false;
    this.outbox.connected();
  }

  /** Whether a room at these clocks has what the document here builds on. */
  isBuiltOn(clocks: ReadonlyMap<number, number>): boolean {
    const local = Y.decodeStateVector(Y.encodeStateVector(this.options.doc));
    return hasAllBut(this.outbox.edits, local, clocks);
  }

  /** Sends what waits, and from now on each edit as it is made. */
  flow(): void {
    this.isFlowing = true;
    for (const { kind, update } of this.outbox.take()) {
      if (kind === 'undo') this.options.send(undoFrame());
      this.options.send(updateFrame(update));
    }
  }

  hold(): void {
    this.isFlowing = false;
  }

  /** An update without content: the server says that it is saved. */
  ask(): void {
    this.outbox.sentNothing();
    this.options.send(updateFrame(new Uint8Array([0, 0])));
  }

  saved(messages: number): void {
    this.options.copy.drop(this.outbox.saved(messages));
    this.options.onChange();
  }

  /** The texts that edits under way belong to, as the screen shows them. */
  textsUnderWay(): Texts {
    return textsOf(readFiles(this.options.doc), this.outbox.files);
  }

  /** After the room's state was taken in: a file that others deleted meanwhile takes nobody's edits with it. */
  keepDeleted(before: Texts): void {
    const files = readFiles(this.options.doc);
    const deleted = before.filter(({ fileId }) => !files.has(fileId));
    if (deleted.length === 0) return;
    const concerns = (ids: readonly string[]) => deleted.some(({ fileId }) => ids.includes(fileId));
    const edits = this.outbox.edits.filter((edit) => concerns(edit.files)).length;
    void this.options.copy.setAside(this.asideOf('deleted', { files: deleted, edits, update: undefined }), []);
    this.options.onChange();
  }

  /** What was laid aside and stands in the room after all needs nobody's attention. */
  compareAsides(): void {
    const files = readFiles(this.options.doc);
    for (const aside of this.asides) {
      const different = aside.files.filter(({ fileId, text }) => files.get(fileId)?.text.toJSON() !== text);
      if (different.length < aside.files.length) void this.options.copy.reduceAside({ ...aside, files: different });
    }
    this.options.onChange();
  }

  /**
   * Takes the edits that wait out of the way, since the room does not take them. What the document shows is not the
   * room's text after that, and not kept either.
   */
  async layAside(reason: AsideReason): Promise<void> {
    const { edits } = this.outbox;
    const files = this.textsUnderWay();
    const mayFitAgain = reason !== 'set_back' && edits.length > 0;
    const update = mayFitAgain ? Y.mergeUpdates(edits.map((edit) => edit.update)) : undefined;
    this.end();
    this.outbox.clear();
    const keys = edits.map(({ key }) => key);
    if (keys.length === 0) await this.options.copy.forgetText();
    else await this.options.copy.setAside(this.asideOf(reason, { files, edits: edits.length, update }), keys);
    this.options.onChange();
  }

  /** Puts edits in again that were laid aside. @returns false when what they build on is gone */
  putIn(aside: Aside): boolean {
    const { doc } = this.options;
    if (!aside.update || this.isEnded) return false;
    Y.applyUpdate(doc, aside.update, fromElsewhere);
    const fits = !doc.store.pendingStructs && !doc.store.pendingDs;
    doc.store.pendingStructs = null;
    doc.store.pendingDs = null;
    if (!fits) return false;
    this.queue({ update: aside.update, kind: 'edit', files: aside.files.map(({ fileId }) => fileId) });
    this.discard(aside);
    return true;
  }

  discard(aside: Aside): void {
    void this.options.copy.reduceAside({ ...aside, files: [] });
    this.options.onChange();
  }

  /** Keeps what the screen shows in this browser now: the page may be gone next. */
  keep(): void {
    clearTimeout(this.copyTimer);
    this.copyTimer = undefined;
    const { doc, copy } = this.options;
    if (this.isEnded || doc.getMap('files').size === 0) void copy.flush();
    else void copy.keepText(Y.encodeStateAsUpdate(doc));
  }

  /** From now on the text is not kept in this browser; edits that wait are. */
  end(): void {
    this.isEnded = true;
    this.isFlowing = false;
    clearTimeout(this.copyTimer);
  }

  private readonly changed = (update: Uint8Array, ...[, doc, transaction]: [unknown, Y.Doc, Y.Transaction]): void => {
    if (!this.isEnded) this.copyTimer ??= setTimeout(() => this.keep(), copyEveryMs);
    if (!transaction.local) return;
    const kind = transaction.origin instanceof Y.UndoManager ? 'undo' : 'edit';
    this.queue({ update, kind, files: touchedFiles(transaction, readFiles(doc)) });
  };

  private queue(edit: { update: Uint8Array; kind: EditKind; files: readonly string[] }): void {
    const kept = { key: `${this.tab}-${String(++this.made).padStart(9, '0')}`, ...edit };
    this.outbox.add(kept);
    this.options.copy.keep(kept, this.isFlowing);
    if (this.isFlowing) this.flow();
    this.options.onChange();
  }

  private asideOf(reason: AsideReason, what: Pick<Aside, 'files' | 'edits' | 'update'>): Aside {
    return { id: `${this.tab}-${++this.made}`, at: Date.now(), reason, ...what };
  }
}
