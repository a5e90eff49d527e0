import type { FileHandle } from 'node:fs/promises';
import { isAppError } from '../../core/errors.ts';
import { readAtMost } from '../safe-files.ts';
import { maxComparedBytes } from './conditional-files.ts';

/** A file that the bridge put another in the place of, as it was known then. */
export type ReplacedFile = { path: string; file: FileHandle; bytes: Uint8Array; mode: string };

/** What a program wrote into a file that it had open when the bridge replaced it. */
export type LateWrite = { path: string; mode: string; before: Uint8Array; after: Uint8Array };

export type ReplacedFiles = {
  keep(replaced: ReplacedFile): void;
  /** What was written late since the last look; nothing is lost that way. */
  takeLateWrites(): Promise<LateWrite[]>;
  close(): Promise<void>;
};

const maxKept = 64;
/** A program that has a file open for longer and is silent for so long is taken for done with it. */
const keptMs = 30_000;

type Look = { sizeBytes: number; changedAtMs: number };
type Kept = ReplacedFile & { seen: Look | undefined; taken: Look | undefined; until: number };

/** Keeps replaced files open for a while and looks whether somebody still writes into them, as logs are written. */
export function keepReplacedFiles(now: () => number = Date.now): ReplacedFiles {
  let kept: Kept[] = [];

  async function letGo(gone: readonly Kept[]): Promise<void> {
    kept = kept.filter((one) => !gone.includes(one));
    for (const { file } of gone) await file.close().catch(() => undefined);
  }

  async function lateWriteTo(one: Kept): Promise<LateWrite | undefined> {
    const stats = await one.file.stat();
    const look = { sizeBytes: stats.size, changedAtMs: stats.mtimeMs };
    if (isSame(look, one.taken)) return undefined;
    const isStill = isSame(look, one.seen);
    one.seen = look;
    const after = await readKept(one);
    if (!after) return undefined;
    // A program that writes a file anew empties it first; what only grew has no such moment.
    if (!isStill && Buffer.compare(after.subarray(0, one.bytes.length), one.bytes) !== 0) return undefined;
    one.taken = look;
    if (Buffer.compare(after, one.bytes) === 0) return undefined;
    const late = { path: one.path, mode: one.mode, before: one.bytes, after };
    Object.assign(one, { bytes: after, until: now() + keptMs });
    return late;
  }

  return {
    keep(replaced) {
      kept.push({ ...replaced, seen: undefined, taken: undefined, until: now() + keptMs });
    },
    async takeLateWrites() {
      const late: LateWrite[] = [];
      for (const one of kept) {
        const found = await lateWriteTo(one);
        if (found) late.push(found);
      }
      const old = kept.filter((one, at) => one.until < now() || at < kept.length - maxKept);
      await letGo(old);
      return late;
    },
    close: () => letGo(kept),
  };
}

const isSame = (look: Look, other: Look | undefined) =>
  look.sizeBytes === other?.sizeBytes && look.changedAtMs === other.changedAtMs;

async function readKept(one: Kept): Promise<Uint8Array | undefined> {
  try {
    return await readAtMost(one.file, { path: one.path, maxBytes: maxComparedBytes });
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}
