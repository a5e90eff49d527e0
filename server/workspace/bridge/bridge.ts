import { setTimeout as delay } from 'node:timers/promises';
import { withTransaction } from '../../context.ts';
import { isAppError } from '../../core/errors.ts';
import { log } from '../../platform/log.ts';
import { appendSessionEvent } from '../../runs/event-log.ts';
import { diffCommits, treeOf, type TreeDifference } from '../git-objects.ts';
import { snapshotWorktree } from '../worktree-snapshot.ts';
import { askRoom } from './ask-room.ts';
import { bringIn, bringInLate } from './bring-in.ts';
import { conflictsToTell, lookAtConflicts } from './conflicts.ts';
import { watchFolders, type FolderWatch } from './folder-watch.ts';
import { commitOn, knowAt, sideOf, type BridgePlace, type Known } from './known-state.ts';
import { keepReplacedFiles, type LateWrite, type ReplacedFiles } from './replaced-files.ts';
import { roomVersion } from './room-version.ts';
import { openScanner, type Scan, type Scanner } from './scanner.ts';
import { writeOut } from './write-out.ts';

/**
 * Keeps a session and the worktree of its running command alike, both ways (docs/spec/collab.md, "The worktree bridge").
 *
 * What both sides had last is a commit, the base. A look at the disk gives a tree; what differs from the base goes to the
 * room, which merges it with what people typed. What the session has then goes to disk wherever the disk still is as in
 * the base. One thing at a time, in a loop; the worktree stays a cache, so a bridge that dies loses nothing of the session.
 */
export type Bridge = {
  /** The command ended by itself: brings in what it left. Resolves with what became of it. */
  finish(): Promise<Known>;
  /** The command was stopped: nothing more is brought in. */
  stop(): Promise<void>;
};

export type BridgeOptions = BridgePlace & {
  /** What the worktree was made from. */
  commit: string;
  /** Asked before anything is brought in. @throws when whoever ran the command may not edit any more */
  mayGoOn: () => Promise<void>;
};

/** Commands that are done by then need nobody to follow them. */
const startAfterMs = 150;
/** How often it is asked whether somebody typed. */
const lookMs = 100;
/** Events of the disk are gathered for so long. */
const gatherMs = 50;
/** After a busy turn others get as long as it took. */
const breathMs = { shortest: 100, longest: 600 };
/** So often the disk is looked at without an event; more often when not all of it is watched. */
const netMs = { watched: 20_000, unwatched: 2_000 };
/** After so many failures in a row what is left waits for the end of the command. */
const maxFailures = 5;
/** A file on disk that looks as expected to git and not to us, so often, is left to the next command. */
const maxRefusals = 5;

export function startBridge(options: BridgeOptions): Bridge {
  const run = new BridgeRun(options);
  const running = run.follow();
  return {
    async finish() {
      await run.end(running);
      try {
        return await run.settle();
      } finally {
        await run.close();
      }
    },
    async stop() {
      void run.stopLooking();
      await run.end(running);
      await run.close();
    },
  };
}

class BridgeRun {
  readonly #place: BridgeOptions;
  readonly #known: Known;
  readonly #replaced: ReplacedFiles = keepReplacedFiles();
  readonly #ended = new AbortController();
  readonly #refusals = new Map<string, number>();
  #watch: FolderWatch | undefined;
  #scanner: Scanner | undefined;
  #scan: Scan | undefined;
  #wake: (() => void) | undefined;
  #isDiskDirty = true;
  #scannedAt = 0;
  #version = '';
  #lastTree = '';
  #isRoomDue = false;
  #isDiskClosed = false;

  constructor(options: BridgeOptions) {
    this.#place = options;
    this.#known = knowAt(options.commit);
  }

  /** The loop; never rejects. */
  async follow(): Promise<void> {
    let failures = 0;
    await this.#pause(startAfterMs);
    while (!this.#isEnded && failures < maxFailures) {
      const startedAt = Date.now();
      try {
        const wasBusy = await this.#turn();
        failures = 0;
        const tookMs = Date.now() - startedAt;
        if (wasBusy) await this.#pause(Math.min(breathMs.longest, Math.max(breathMs.shortest, tookMs)));
      } catch (error) {
        failures += 1;
        await this.#recover(error, failures);
      }
      await this.#sleep();
    }
    if (failures >= maxFailures)
      this.#place.note('\nFiles are not followed any more while this command runs; its changes come in when it ends.');
  }

  /** One look at both sides. @returns whether there was something to do */
  async #turn(): Promise<boolean> {
    const isRoomDirty = this.#isRoomDue || (await this.#roomVersion()) !== this.#version;
    const late = await this.#replaced.takeLateWrites();
    const isDiskDue = !this.#isDiskClosed && (this.#isDiskDirty || this.#isNetDue());
    if (!isDiskDue && !isRoomDirty && late.length === 0) return false;
    for (const one of late) await this.#takeLate(one);
    const cameIn = isDiskDue && (await this.#lookAtDisk());
    const isDue = isRoomDirty || cameIn || late.length > 0;
    if (isDue) await this.#lookAtRoom();
    await this.#tellConflicts();
    return isDue;
  }

  /** The disk is not looked at any more then; what people type still goes there. @throws every other error */
  #isTooLarge(error: unknown): undefined {
    if (!isAppError(error) || error.code !== 'too_large') throw error;
    this.#isDiskClosed = true;
    this.#place.note(
      '\nThe changed files are too large to follow while the command runs; they come in when it ends. Leave build results out with .gitignore.',
    );
  }

  #roomVersion(): Promise<string> {
    const { ctx, task } = this.#place;
    return roomVersion(ctx, task);
  }

  /** Events can be lost in floods. */
  #isNetDue(): boolean {
    const { watched, unwatched } = netMs;
    return Date.now() - this.#scannedAt > (this.#watch?.isComplete() === false ? unwatched : watched);
  }

  async #takeLate(late: LateWrite): Promise<void> {
    await this.#place.mayGoOn();
    await bringInLate(this.#place, this.#known, late);
  }

  /** @returns whether something came in */
  async #lookAtDisk(): Promise<boolean> {
    if (this.#isDiskDirty && this.#watch) await this.#pause(gatherMs);
    if (this.#isEnded) return false;
    this.#isDiskDirty = false;
    const { worktree, mayGoOn } = this.#place;
    const scanner = (this.#scanner ??= openScanner(worktree, this.#place.commit));
    this.#watch ??= watchFolders(worktree.workDir, () => {
      this.#isDiskDirty = true;
      this.#wake?.();
    });
    await this.#watch.refresh(() => scanner.ignoredFolders());
    this.#scannedAt = Date.now();
    this.#scan = await scanner.scan(this.#known.base).catch((error: unknown) => this.#isTooLarge(error));
    if (!this.#scan) return false;
    const hasDue = [...this.#known.conflicts.values()].some((conflict) => conflict.isDue);
    const { tree } = this.#scan;
    if (this.#isEnded || (tree === this.#lastTree && !hasDue && this.#known.emptied.size === 0)) return false;
    await mayGoOn();
    const cameIn = await bringIn(this.#place, this.#known, { tree, isFinal: false });
    this.#lastTree = tree;
    if (this.#known.emptied.size > 0) this.#isDiskDirty = true;
    return cameIn;
  }

  async #lookAtRoom(): Promise<void> {
    if (this.#isEnded) return;
    const { worktree } = this.#place;
    const known = this.#known;
    // Read before the room is asked: what is typed meanwhile makes it another.
    const version = await this.#roomVersion();
    this.#isRoomDue = false;
    const { commit } = await askRoom(this.#place, { kind: 'materialize', isPassing: true });
    const all = await diffCommits(worktree.repo, known.base, commit);
    const { settled, isDue } = lookAtConflicts(known, all);
    if (isDue) this.#isDiskDirty = true;
    const differences = all.filter(
      (difference) =>
        !known.conflicts.has(difference.path) && (this.#refusals.get(keyOf(difference)) ?? 0) < maxRefusals,
    );
    const scanner = this.#scanner;
    const show = scanner && this.#scan?.hasAttributes ? scanner.show.bind(scanner) : undefined;
    const { written, other, left } = await writeOut(worktree, {
      differences: differences.filter((difference) => !settled.includes(difference)),
      show,
      replaced: this.#replaced,
      recent: known.recent,
    });
    const done = [...settled, ...written];
    if (done.length === all.length && left.length === 0) known.base = commit;
    else if (done.length > 0)
      known.base = await commitOn(
        this.#place,
        known.base,
        done.map((difference) => sideOf(difference, 'new')),
      );
    this.#tryAgain(differences.filter(({ path }) => other.includes(path)));
    this.#version = version;
  }

  /** What is on disk comes in, and then the session's version goes out. */
  #tryAgain(differences: readonly TreeDifference[]): void {
    for (const difference of differences) {
      const key = keyOf(difference);
      this.#refusals.set(key, (this.#refusals.get(key) ?? 0) + 1);
      this.#isDiskDirty = true;
      this.#isRoomDue = true;
    }
  }

  async #tellConflicts(): Promise<void> {
    const untold = conflictsToTell(this.#place, this.#known);
    if (!untold) return;
    await withTransaction(this.#place.ctx, (tx) => appendSessionEvent(tx.db, untold.entry));
    this.#known.toldConflicts = untold.listed;
  }

  /** Brings in everything that is on disk at the end. */
  async settle(): Promise<Known> {
    const { worktree, author, task, note } = this.#place;
    for (const one of await this.#replaced.takeLateWrites()) await bringInLate(this.#place, this.#known, one);
    const snapshot = await snapshotWorktree(worktree, this.#known.base, {
      message: `Run ${task.name}`,
      ...(author && { author }),
    });
    if (snapshot.unreadable !== undefined) note(`\nNot taken over: ${snapshot.unreadable}`);
    const tree = await treeOf(worktree.repo, snapshot.commit);
    await bringIn(this.#place, this.#known, { tree, isFinal: true });
    await this.#tellConflicts();
    return this.#known;
  }

  async #recover(error: unknown, failures: number): Promise<void> {
    if (this.#isEnded) return;
    await this.#scanner?.stop();
    this.#scanner = undefined;
    this.#isDiskDirty = true;
    this.#lastTree = '';
    const isRefusal = isAppError(error);
    if (!isRefusal) log().warn({ err: error, taskId: this.#place.task.id }, 'following a command failed');
    await this.#pause(isRefusal ? lookMs : 200 * 2 ** failures);
  }

  get #isEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  /** Until something is written on disk, or it is time to ask the room. */
  async #sleep(): Promise<void> {
    if ((this.#isDiskDirty && !this.#isDiskClosed) || this.#isEnded) return;
    const woken = new Promise<void>((resolve) => void (this.#wake = resolve));
    await Promise.race([woken, this.#pause(lookMs)]);
    this.#wake = undefined;
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#ended.signal }).catch(() => undefined);
  }

  async end(running: Promise<void>): Promise<void> {
    this.#ended.abort();
    await running;
  }

  /** Ends a look at the disk that is under way. */
  async stopLooking(): Promise<void> {
    await this.#scanner?.stop();
  }

  async close(): Promise<void> {
    this.#watch?.stop();
    await this.#scanner?.stop();
    await this.#replaced.close();
  }
}

const keyOf = ({ path, newOid, newMode }: TreeDifference) => `${newMode} ${newOid} ${path}`;
