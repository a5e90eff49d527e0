import type * as Y from 'yjs';
import type { RoomConnection } from '@/components/editor/room-connection.ts';
import { touchedFiles, type RoomFile } from '@/components/editor/room-files.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { lineAt, type CommentPlace, type TextRange } from '@/server/core/comment-anchor.ts';
import type { StoredAnchor } from '@/server/core/stored-anchor.ts';
import { anchorRange, liveText, locate, type LiveText } from './anchor-range.ts';
import type { CommentDrafts, ThreadDraft } from './comment-drafts.ts';

export type ThreadSummary = RouterOutputs['comments']['list'][number];

/** A thread and where it is now: in a live text, or at the line that was stored. */
export type PlacedThread = ThreadSummary & {
  /** The file in the room that it belongs to; undefined when nobody has it open. */
  file: RoomFile | undefined;
  place: CommentPlace | undefined;
  line: number;
  endLine: number;
};

type Shown = { kind: 'thread' | 'draft'; id: string };
export type DeskState = {
  status: 'loading' | 'ready' | 'failed';
  /** Why the threads could not be fetched, when they were not. */
  error: string | undefined;
  threads: readonly PlacedThread[];
  /** What is open for reading and writing. */
  shown: Shown | undefined;
};

type Fetched = { data: readonly ThreadSummary[] | undefined; error: { message: string } | null };

type Options = {
  room: Pick<RoomConnection, 'doc' | 'subscribe' | 'getSnapshot'>;
  drafts: CommentDrafts;
  mayComment: boolean;
  /** Tells the threads of the session, at once and whenever they change. */
  watchThreads: (listener: (fetched: Fetched) => void) => () => void;
  moveAnchor: (move: { threadId: string; version: number; fileId: string; anchor: StoredAnchor }) => void;
  markRead: (threadId: string, position: number) => void;
  isLookedAt: () => boolean;
};

/** Where threads are is looked up at most this often while people type. */
const restMs = 150;
/** Words that were found elsewhere stay there this long before the thread is anchored to them anew. */
const settledMs = 1_000;

/**
 * The comments of a session on one screen: which there are, where they are in the live texts, and which one is open.
 * Rules: docs/spec/comments.md.
 */
export class CommentDesk {
  readonly drafts: CommentDrafts;
  private readonly options: Options;
  private readonly listeners = new Set<() => void>();
  private readonly stops: (() => void)[];
  private state: DeskState = { status: 'loading', error: undefined, threads: [], shown: undefined };
  private files: ReadonlyMap<string, RoomFile> = new Map();
  private readonly touched = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private mending: ReturnType<typeof setTimeout> | undefined;
  /** Asked of the server already: anchors by thread and version, marks by thread and position. */
  private readonly asked = new Set<string>();

  constructor(options: Options) {
    this.options = options;
    this.drafts = options.drafts;
    const { room } = options;
    room.doc.on('afterTransaction', this.afterTransaction);
    this.stops = [
      () => room.doc.off('afterTransaction', this.afterTransaction),
      room.subscribe(() => this.takeFiles()),
      options.watchThreads((fetched) => this.takeThreads(fetched)),
    ];
    this.takeFiles();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getSnapshot = (): DeskState => this.state;

  close(): void {
    for (const stop of this.stops) stop();
    clearTimeout(this.timer);
    clearTimeout(this.mending);
    this.listeners.clear();
  }

  find(threadId: string): PlacedThread | undefined {
    return this.state.threads.find(({ id }) => id === threadId);
  }

  show(threadId: string): void {
    this.put({ shown: { kind: 'thread', id: threadId } });
    this.noticeReading();
  }

  showDraft(id: string): void {
    this.put({ shown: { kind: 'draft', id } });
  }

  /** Closes what is open; what was typed into it is kept. */
  hide(): void {
    const { shown } = this.state;
    const draft = shown?.kind === 'draft' ? this.findDraft(shown.id) : undefined;
    if (draft?.body.trim() === '') this.drafts.dropThread(draft.id);
    this.put({ shown: undefined });
  }

  findDraft(id: string): ThreadDraft | undefined {
    return this.drafts.getSnapshot().threads.find((draft) => draft.id === id);
  }

  /** Begins a comment on a range, or goes on with the one that was begun there. `range` is not empty. */
  begin(file: RoomFile, range: TextRange): void {
    const begun = this.drafts.getSnapshot().threads.find((draft) => {
      const place = this.locateDraft(draft);
      return draft.fileId === file.fileId && place?.state === 'here' && overlaps(place, range);
    });
    const { shown } = this.state;
    if (shown) this.hide();
    const draft: ThreadDraft = begun ?? {
      id: crypto.randomUUID(),
      fileId: file.fileId,
      path: file.path,
      anchor: anchorRange(file.text, range),
      body: '',
    };
    if (!begun) this.drafts.putThread(draft);
    this.showDraft(draft.id);
  }

  /** A draft's anchor for sending: on the text as it is now, where it is found. */
  anchorNow(draft: ThreadDraft): { fileId: string; anchor: StoredAnchor } {
    const { fileId, anchor } = draft;
    const file = this.fileOf(draft);
    const place = this.locateDraft(draft);
    if (!file || !place || place.state === 'gone') return { fileId, anchor };
    return { fileId: file.fileId, anchor: anchorRange(file.text, place) };
  }

  locateDraft({ fileId, path, anchor }: ThreadDraft): CommentPlace | undefined {
    const file = this.fileOf({ fileId, path });
    return file && locate(liveText(file.text), anchor, file.fileId === fileId);
  }

  /** The file that a thread or draft belongs to: the same one, or what is in its place now. */
  fileOf({ fileId, path }: { fileId: string; path: string }): RoomFile | undefined {
    return this.files.get(fileId) ?? [...this.files.values()].find((file) => file.path === path);
  }

  /** The page came back into view, or somebody wrote into what is open: it is read now. */
  noticeReading = (): void => {
    const { shown } = this.state;
    const thread = shown?.kind === 'thread' ? this.find(shown.id) : undefined;
    if (!thread || thread.unreadCount === 0 || !this.options.isLookedAt()) return;
    this.askOnce(`read ${thread.id} ${thread.lastPosition}`, () =>
      this.options.markRead(thread.id, thread.lastPosition),
    );
  };

  private askOnce(what: string, ask: () => void): void {
    if (this.asked.has(what)) return;
    this.asked.add(what);
    ask();
  }

  private put(change: Partial<DeskState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  private takeThreads({ data, error }: Fetched): void {
    const status = data ? 'ready' : error ? 'failed' : 'loading';
    this.put({ status, error: error?.message, threads: this.placeAll(data ?? []) });
    this.noticeReading();
    this.mendSoon();
  }

  private takeFiles(): void {
    const { files } = this.options.room.getSnapshot();
    if (files === this.files) return;
    this.files = files;
    this.put({ threads: this.placeAll(this.state.threads) });
    this.mendSoon();
  }

  private readonly afterTransaction = (transaction: Y.Transaction) => {
    for (const fileId of touchedFiles(transaction, this.files)) this.touched.add(fileId);
    if (this.touched.size > 0) this.timer ??= setTimeout(() => this.placeTouched(), restMs);
  };

  private placeTouched(): void {
    this.timer = undefined;
    const isTouched = ({ file }: PlacedThread) => file !== undefined && this.touched.has(file.fileId);
    const { threads } = this.state;
    const placed = new Map(this.placeAll(threads.filter(isTouched)).map((thread) => [thread.id, thread]));
    this.touched.clear();
    if (placed.size > 0) this.put({ threads: threads.map((thread) => placed.get(thread.id) ?? thread) });
    this.mendSoon();
  }

  private placeAll(threads: readonly ThreadSummary[]): PlacedThread[] {
    const texts = new Map<string, LiveText>();
    return threads.map((thread) => {
      const file = this.fileOf(thread);
      if (!file) return unplaced(thread);
      const live = texts.get(file.fileId) ?? liveText(file.text);
      texts.set(file.fileId, live);
      return placedIn(file, live, thread);
    });
  }

  private mendSoon(): void {
    if (!this.options.mayComment || !this.state.threads.some(isAdrift)) return;
    this.mending ??= setTimeout(() => this.mend(), settledMs);
  }

  /** Anchors threads anew whose words were found for sure (CM5). */
  private mend(): void {
    this.mending = undefined;
    const { status, loaded } = this.options.room.getSnapshot();
    if (!loaded || status.kind !== 'connected') return;
    for (const thread of this.placeAll(this.state.threads)) {
      const { id, anchorVersion, file, place } = thread;
      if (!file || !place || place.state === 'gone' || !isAdrift(thread)) continue;
      const { quote, length } = thread.anchor;
      const anchor = { ...anchorRange(file.text, place), quote, length };
      this.askOnce(`anchor ${id} ${anchorVersion}`, () =>
        this.options.moveAnchor({ threadId: id, version: anchorVersion, fileId: file.fileId, anchor }),
      );
    }
  }
}

function unplaced(thread: ThreadSummary): PlacedThread {
  const { startLine, endLine } = thread.anchor;
  return { ...thread, file: undefined, place: undefined, line: startLine, endLine };
}

function placedIn(file: RoomFile, live: LiveText, thread: ThreadSummary): PlacedThread {
  const place = locate(live, thread.anchor, file.fileId === thread.fileId);
  const at = { ...thread, path: file.path, file, place };
  const { now } = live;
  if (place.state === 'gone') {
    const line =
      place.at === undefined ? Math.min(thread.anchor.startLine, lineAt(now, now.length)) : lineAt(now, place.at);
    return { ...at, line, endLine: line };
  }
  const last = now[place.end - 1] === '\n' ? place.end - 1 : place.end;
  return { ...at, line: lineAt(now, place.start), endLine: lineAt(now, last) };
}

const isAdrift = ({ place }: PlacedThread) =>
  place?.state === 'found' ? place.isSure : place?.state === 'here' && place.isDrifted;

const overlaps = (a: TextRange, b: TextRange) => a.start < b.end && b.start < a.end;
