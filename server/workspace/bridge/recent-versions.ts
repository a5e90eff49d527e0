import { maxTextBytes } from '../../core/file-text.ts';
import { diffLists, splitLines } from '../../core/text-diff.ts';
import { readBlobs, type TreeDifference } from '../git-objects.ts';
import type { DiskFile } from './conditional-files.ts';

/** A version that was on disk until the bridge put a newer one there. */
type Recent = { oid: string; mode: string; file: DiskFile; at: number };

export type RecentVersions = {
  /** The bridge wrote over this version. */
  remember({ path, oldOid, oldMode }: TreeDifference, file: DiskFile): void;
  /**
   * The versions that programs had before them when they wrote these: a program may have read a file before the bridge
   * wrote it and write it afterwards. Taken for the last version, what people typed in between would be taken for deleted.
   * @returns the differences from older versions, for those that are nearer to one
   */
  readBefore(repo: string, differences: readonly TreeDifference[]): Promise<TreeDifference[]>;
  /** The same for one file as it lies on disk now: what it was made from. */
  madeFrom(path: string, last: DiskFile, now: DiskFile): DiskFile;
};

/** A program takes no longer than this from reading a file to writing it, or has to be told of a conflict. */
const rememberedMs = 5_000;
const maxRemembered = 8;
/** Longer texts are not compared several times. */
const maxLines = 5_000;

export function rememberVersions(now: () => number = Date.now): RecentVersions {
  const recent = new Map<string, Recent[]>();

  function versionsOf(path: string): Recent[] {
    const kept = (recent.get(path) ?? []).filter((version) => now() - version.at < rememberedMs);
    if (kept.length === 0) recent.delete(path);
    return kept;
  }

  return {
    remember({ path, oldOid, oldMode }, file) {
      const version = { oid: oldOid, mode: oldMode, file, at: now() };
      recent.set(path, [...versionsOf(path), version].slice(-maxRemembered));
    },
    madeFrom(path, last, there) {
      const lines = (file: DiskFile) => linesOf(file.bytes);
      return (
        nearest({ last: lines(last), now: lines(there) }, versionsOf(path), (version) => lines(version.file))?.file ??
        last
      );
    },
    async readBefore(repo, differences) {
      const asked = differences.flatMap((difference) => {
        const versions = versionsOf(difference.path);
        return versions.length > 0 ? [{ difference, versions }] : [];
      });
      const oids = asked.flatMap(({ difference, versions }) => [
        difference.oldOid,
        difference.newOid,
        ...versions.map((version) => version.oid),
      ]);
      const present = [...new Set(oids)].filter((oid) => !/^0+$/.test(oid));
      const blobs = await readBlobs(repo, present, { maxBytesEach: maxTextBytes });
      const lines = (oid: string) => linesOf(blobs.get(oid)?.bytes);
      return asked.flatMap(({ difference, versions }) => {
        const { oldOid, newOid } = difference;
        const version = nearest({ last: lines(oldOid), now: lines(newOid) }, versions, (one) => lines(one.oid));
        return version ? [{ ...difference, oldOid: version.oid, oldMode: version.mode }] : [];
      });
    },
  };
}

/** Bytes are told apart as well as letters. */
function linesOf(bytes: Uint8Array | undefined): string[] | undefined {
  const lines = bytes && splitLines(Buffer.from(bytes).toString('latin1'));
  return lines && lines.length <= maxLines ? lines : undefined;
}

/** The older version from which fewer lines changed than from the last one; the newest of those. */
function nearest(
  { last, now }: { last: readonly string[] | undefined; now: readonly string[] | undefined },
  versions: readonly Recent[],
  lines: (version: Recent) => readonly string[] | undefined,
): Recent | undefined {
  if (!last || !now) return undefined;
  let found: Recent | undefined;
  let least = changedLines(last, now);
  for (const version of versions.toReversed()) {
    const before = lines(version);
    const changed = before ? changedLines(before, now) : Infinity;
    if (changed >= least) continue;
    least = changed;
    found = version;
  }
  return found;
}

function changedLines(before: readonly string[], after: readonly string[]): number {
  return diffLists(before, after).reduce((sum, block) => sum + block.oldCount + block.newCount, 0);
}
