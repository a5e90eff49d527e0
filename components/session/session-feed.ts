import { foldKnock, type Knock } from '@/server/core/knocks.ts';
import type { SessionEvent, SessionEventType } from '@/server/core/session-event.ts';
import { foldTask, type TaskLog } from '@/server/core/task-log.ts';
import { emptyTranscript, foldEvents, type Transcript } from '@/server/core/transcript.ts';

type Watch = (
  cursor: number,
  sink: { onEvents: (events: SessionEvent[]) => void; onError: (error: unknown) => void; onOpen: () => void },
) => { unsubscribe: () => void };

/** Puts off what is to be done; what is put off meanwhile is done with it. */
export type Soon = (act: () => void) => void;

/** Once a frame is enough to look at; a page in the background has no frames. */
const nextFrame: Soon = (act) => void setTimeout(act, 16);
const aMoment: Soon = (act) => void setTimeout(act, 250);

/** So many entries at once are a part of what was there before: the newest, which is looked at, is still to come. */
const muchAtOnce = 250;

export type FeedStatus = 'connecting' | 'live' | 'lost' | { ended: string };

/**
 * The session's log as this tab sees it: one subscription from a cursor, folded into a transcript. It outlives lost
 * connections; what it missed arrives when it is back.
 */
export class SessionFeed {
  private transcript: Transcript = emptyTranscript();
  private tasks: readonly TaskLog[] = [];
  private knocks: readonly Knock[] = [];
  private status: FeedStatus = 'connecting';
  private readonly listeners = new Set<() => void>();
  private readonly eventListeners = new Map<SessionEventType, Set<(event: SessionEvent) => void>>();
  private subscription: { unsubscribe: () => void } | undefined;
  private readonly watch: Watch;
  private lastSeq = 0;
  /** Arrived and not told yet. */
  private arrived: SessionEvent[] = [];
  /** What arrived last is told later, unless something small comes before. */
  private waitsLonger = false;
  private readonly soon: Soon;
  private readonly later: Soon;

  constructor(watch: Watch, { soon = nextFrame, later = aMoment }: { soon?: Soon; later?: Soon } = {}) {
    this.watch = watch;
    this.soon = soon;
    this.later = later;
    this.open();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getTranscript = (): Transcript => this.transcript;
  getTasks = (): readonly TaskLog[] => this.tasks;
  getKnocks = (): readonly Knock[] => this.knocks;
  getStatus = (): FeedStatus => this.status;

  /** Calls `listener` for each new event of a type, also for those replayed at the start. */
  on(type: SessionEventType, listener: (event: SessionEvent) => void): () => void {
    const set = this.eventListeners.get(type) ?? new Set();
    this.eventListeners.set(type, set.add(listener));
    return () => void set.delete(listener);
  }

  close(): void {
    this.subscription?.unsubscribe();
    this.listeners.clear();
    this.eventListeners.clear();
  }

  private open(): void {
    this.subscription = this.watch(this.lastSeq, {
      onOpen: () => this.change('live'),
      onEvents: (events) => this.take(events),
      onError: (error) => this.fail(error),
    });
  }

  /** Much comes shortly after each other: it is folded in larger pieces. */
  private take(events: SessionEvent[]): void {
    const fresh = events.filter((event) => event.seq > this.lastSeq);
    const last = fresh.at(-1);
    if (!last) return;
    this.lastSeq = last.seq;
    const isFirst = this.arrived.length === 0;
    const isMuch = fresh.length >= muchAtOnce;
    this.arrived.push(...fresh);
    if (isMuch && isFirst) this.later(() => this.tell());
    else if (!isMuch && (isFirst || this.waitsLonger)) this.soon(() => this.tell());
    this.waitsLonger = isMuch;
  }

  private tell(): void {
    const fresh = this.arrived;
    if (fresh.length === 0) return;
    this.arrived = [];
    this.transcript = foldEvents(this.transcript, fresh);
    this.tasks = fresh.reduce(foldTask, this.tasks);
    this.knocks = fresh.reduce(foldKnock, this.knocks);
    this.change('live');
    for (const event of fresh) for (const listener of this.eventListeners.get(event.body.type) ?? []) listener(event);
  }

  /** A refusal ends the feed with its words; anything else is a lost connection that the link opens again. */
  private fail(error: unknown): void {
    const refused =
      typeof error === 'object' &&
      error !== null &&
      'data' in error &&
      typeof error.data === 'object' &&
      error.data !== null;
    this.change(
      refused ? { ended: error instanceof Error ? error.message : 'The server ended this session’s feed.' } : 'lost',
    );
  }

  private change(status: FeedStatus): void {
    this.status = status;
    for (const listener of this.listeners) listener();
  }
}
