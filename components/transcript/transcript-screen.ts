import type { SessionFeed } from '@/components/session/session-feed.ts';
import type { Transcript } from '@/server/core/transcript.ts';
import { findInRows, type Match } from './find.ts';
import { momentInHash } from './moment.ts';
import { itemsOf, rowAtSeq, rowsOf, type Row } from './rows.ts';

/** The list on screen, as far as it is steered from here. */
export type ListHandle = {
  readonly scrollSize: number;
  readonly viewportSize: number;
  /** As the screen has it now, where the sizes may be those of a moment ago. */
  isAtEnd(): boolean;
  scrollToIndex(index: number, options?: { align?: 'start' | 'center' | 'end' }): void;
  scrollBy(offset: number): void;
};

export type FindState = { words: string; matches: readonly Match[]; at: number };

export type ScreenState = {
  transcript: Transcript;
  rows: readonly Row[];
  /** The newest is in sight, and stays so while more comes. */
  atEnd: boolean;
  /** How much came below what is in sight. */
  newBelow: number;
  /** What was unfolded, by key. */
  opened: ReadonlySet<string>;
  find: FindState | undefined;
  /** The row that a link led to. */
  pointedAt: string | undefined;
};

/** In pixels. */
export const nearEnd = 40;

/** What one person sees of a transcript: where they are in it, what they unfolded, and what they look for. */
export class TranscriptScreen {
  private state: ScreenState;
  private readonly listeners = new Set<() => void>();
  private readonly stops: (() => void)[];
  private list: ListHandle | null = null;
  private lastOffset = 0;
  /** The newest entry that was in sight. */
  private seenSeq = 0;
  private moment: number | undefined;
  private readonly readSeq: number | undefined;
  private readonly feed: SessionFeed;

  constructor(feed: SessionFeed, readSeq: number | undefined) {
    this.feed = feed;
    this.readSeq = readSeq;
    this.seenSeq = readSeq ?? 0;
    const transcript = feed.getTranscript();
    const rows = rowsOf(transcript.items, readSeq);
    this.state = {
      transcript,
      rows,
      atEnd: true,
      newBelow: 0,
      opened: new Set(),
      find: undefined,
      pointedAt: undefined,
    };
    const onHash = () => this.goTo(momentInHash(window.location.hash));
    window.addEventListener('hashchange', onHash);
    this.stops = [feed.subscribe(() => this.take()), () => window.removeEventListener('hashchange', onHash)];
    onHash();
  }

  close(): void {
    for (const stop of this.stops) stop();
    this.listeners.clear();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getSnapshot = (): ScreenState => this.state;

  setList = (list: ListHandle | null): void => {
    this.list = list;
    this.settle();
  };

  /** The list has laid something out anew: what was to be in sight is put there. */
  settle = (): void => {
    if (this.moment !== undefined && this.showMoment(this.moment)) return;
    if (this.state.atEnd) this.list?.scrollToIndex(this.state.rows.length - 1, { align: 'end' });
  };

  scrolled = (offset: number): void => {
    if (!this.list) return;
    const isNear = this.list.scrollSize - offset - this.list.viewportSize < nearEnd;
    // The list grows and its room changes under one's eyes as well: only who scrolls up leaves the end.
    const leaves = offset < this.lastOffset - 2 && !this.list.isAtEnd();
    this.lastOffset = offset;
    if (isNear && !this.state.atEnd) this.toEnd();
    else if (!isNear && leaves && this.state.atEnd) {
      this.seenSeq = this.state.transcript.lastSeq;
      this.change({ atEnd: false });
    }
  };

  toEnd = (): void => {
    this.change({ atEnd: true, newBelow: 0 });
    this.list?.scrollToIndex(this.state.rows.length - 1, { align: 'end' });
  };

  setOpened(key: string, isOpen: boolean): void {
    const opened = new Set(this.state.opened);
    if (isOpen) opened.add(key);
    else opened.delete(key);
    this.change({ opened });
  }

  /** Shows the entry, as soon as the log has come so far. */
  goTo(seq: number | undefined): void {
    if (seq === undefined) return;
    this.moment = seq;
    this.showMoment(seq);
  }

  find(words: string): void {
    const matches = findInRows(this.state.rows, words);
    // From what is in sight on, as one reads.
    this.change({ find: { words, matches, at: matches.length - 1 } });
    this.showMatch();
  }

  endFind = (): void => this.change({ find: undefined });

  step(by: 1 | -1): void {
    const { find } = this.state;
    if (!find || find.matches.length === 0) return;
    this.change({ find: { ...find, at: (find.at + by + find.matches.length) % find.matches.length } });
    this.showMatch();
  }

  /** Moves the list by some pixels, so that a found word is in sight. */
  scrollBy(pixels: number): void {
    this.list?.scrollBy(pixels);
  }

  private showMatch(): void {
    const match = this.state.find?.matches[this.state.find.at];
    if (!match) return;
    const opened = new Set([...this.state.opened, match.rowKey, match.itemKey]);
    this.change({ opened, atEnd: false });
    this.list?.scrollToIndex(match.row, { align: 'center' });
  }

  private showMoment(seq: number): boolean {
    const { transcript, rows } = this.state;
    const index = rowAtSeq(rows, seq);
    const row = rows[index];
    if (!this.list || !row || transcript.lastSeq < seq) return false;
    this.moment = undefined;
    const item = itemsOf(row).findLast((each) => each.seq <= seq);
    const opened = new Set([...this.state.opened, row.key, ...(item ? [item.key] : [])]);
    this.seenSeq = Math.max(this.seenSeq, transcript.lastSeq);
    this.change({ opened, atEnd: false, pointedAt: row.key });
    this.list.scrollToIndex(index, { align: 'start' });
    return true;
  }

  private take(): void {
    const transcript = this.feed.getTranscript();
    if (transcript === this.state.transcript) return;
    const rows = rowsOf(transcript.items, this.readSeq);
    const { find, atEnd } = this.state;
    const newBelow = atEnd ? 0 : transcript.items.filter(({ seq }) => seq > this.seenSeq).length;
    this.change({ transcript, rows, newBelow, find: find && again(find, rows) });
    if (this.moment !== undefined) this.showMoment(this.moment);
  }

  private change(change: Partial<ScreenState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** The same words in rows that changed, at the same place. */
function again({ words, matches, at }: FindState, rows: readonly Row[]): FindState {
  const now = findInRows(rows, words);
  const before = matches[at];
  const same = now.findIndex(({ itemKey, nth }) => itemKey === before?.itemKey && nth === before.nth);
  return { words, matches: now, at: same === -1 ? Math.min(at, now.length - 1) : same };
}
