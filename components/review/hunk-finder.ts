import type * as Y from 'yjs';
import { locateHunks, type HunkLocation, type LocatableHunk } from '@/server/core/locate-hunk.ts';
import type { LocateAnswer, LocateRequest } from './locate.worker.ts';

export type HunkPlaces = ReadonlyMap<string, HunkLocation>;

const restMs = 150;
/** Texts with more lines than this are compared beside the page. */
const mostLinesHere = 3_000;

/**
 * Where a file's unreviewed hunks are in its live text, kept up to date while people type: anew when they rest, never
 * while a key is being handled.
 */
export class HunkFinder {
  private places: HunkPlaces = new Map();
  private readonly listeners = new Set<() => void>();
  private readonly text: Y.Text;
  private readonly base: string;
  private readonly hunks: readonly LocatableHunk[];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private worker: Worker | undefined;
  private asked = 0;

  constructor(text: Y.Text, base: string, hunks: readonly LocatableHunk[]) {
    this.text = text;
    this.base = base;
    this.hunks = hunks;
    this.text.observe(this.soon);
    this.find();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getPlaces = (): HunkPlaces => this.places;

  close(): void {
    this.text.unobserve(this.soon);
    clearTimeout(this.timer);
    this.worker?.terminate();
    this.listeners.clear();
  }

  private readonly soon = () => {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(), restMs);
  };

  private find(): void {
    const live = this.text.toString();
    if (!isLong(live) && !isLong(this.base)) return this.answer(locateHunks(this.base, live, this.hunks));
    this.asked += 1;
    const hunks = this.hunks.map(plain);
    this.ownWorker().postMessage({ id: this.asked, base: this.base, live, hunks } satisfies LocateRequest);
  }

  private ownWorker(): Worker {
    if (this.worker) return this.worker;
    this.worker = new Worker(new URL('./locate.worker.ts', import.meta.url), { type: 'module' });
    this.worker.addEventListener('message', ({ data }: MessageEvent<LocateAnswer>) => {
      if (data.id === this.asked) this.answer(data.places);
    });
    return this.worker;
  }

  private answer(places: HunkPlaces): void {
    this.places = places;
    for (const listener of this.listeners) listener();
  }
}

function isLong(text: string): boolean {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    lines += 1;
    if (lines > mostLinesHere) return true;
  }
  return false;
}

/** Only what is needed to find it travels to the worker. */
function plain(hunk: LocatableHunk): LocatableHunk {
  const { id, kind, state, oldStart, oldLines, newStart, newLines, baseText, resultText } = hunk;
  return { id, kind, state, oldStart, oldLines, newStart, newLines, baseText, resultText };
}
