import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { isAppError } from '../core/errors.ts';
import { buildFolders } from '../core/guard/path-scope.ts';
import type { TouchedFiles } from '../core/guard/touched-files.ts';
import { isTouched, mayHold, type TouchedPath } from '../core/guard/touched-path.ts';
import { readTree, type TreeEntry } from '../workspace/git-objects.ts';
import { listWorktreeFolder, readWorktreeFile } from '../workspace/safe-files.ts';

/** Of one question together: people wait for it. */
const most = { files: 5_000, entries: 50_000, bytes: 20 * 1024 * 1024, fileBytes: 1024 * 1024, ms: 3_000 };

export type ReachLook = {
  /** The files that are meant, as the worktree has them; `isCut`: there are more. */
  files(touched: TouchedFiles): Promise<{ files: string[]; isCut: boolean }>;
  /** The lines of the text files among them; undefined when there is too much to count. */
  lines(files: readonly string[]): Promise<number | undefined>;
};

/** Counts files and lines in a worktree, which belongs to a stranger: without following links, and never much of it. */
export function createReachLook(of: { repo: string; workDir: string; commit: string }): ReachLook {
  const within = boundedReads(of.workDir);
  let reading: Promise<ReadonlyMap<string, TreeEntry>> | undefined;
  const tree = () =>
    (reading ??= readTree(of.repo, of.commit).then((entries) => new Map(entries.map((entry) => [entry.path, entry]))));
  return {
    async files({ paths, among }) {
      if (among === 'all') return walk(within, { paths });
      return among === 'untracked' ? walk(within, { paths, but: await tree() }) : changed(within, paths, await tree());
    },
    async lines(files) {
      let lines = 0;
      for (const file of files) {
        if (within.isOver()) return undefined;
        const bytes = await within.read(file);
        if (bytes === 'closed') return undefined;
        if (bytes !== 'none') lines += linesOf(bytes);
      }
      return lines;
    },
  };
}

type Within = ReturnType<typeof boundedReads>;
type Found = { files: string[]; isCut: boolean };

function boundedReads(workDir: string) {
  const left = { entries: most.entries, bytes: most.bytes, until: performance.now() + most.ms };
  return {
    isOver: () => left.entries <= 0 || left.bytes <= 0 || performance.now() > left.until,
    async list(folder: string) {
      const entries = await listWorktreeFolder(workDir, folder, left.entries);
      left.entries -= entries.files.length + entries.folders.length;
      return entries;
    },
    /** `none`: it is gone, or no plain file; `closed`: it is too large, or closed to us. */
    async read(file: string): Promise<Uint8Array | 'none' | 'closed'> {
      try {
        const bytes = await readWorktreeFile(workDir, file, Math.min(most.fileBytes, left.bytes));
        left.bytes -= bytes.length;
        return bytes;
      } catch (error) {
        return isAppError(error) && error.code !== 'too_large' ? 'none' : 'closed';
      }
    },
  };
}

type Wanted = { paths: readonly TouchedPath[]; but?: ReadonlyMap<string, unknown> };

async function walk(within: Within, { paths, but }: Wanted): Promise<Found> {
  const isMeant = (file: string) => file !== '.git' && !but?.has(file) && paths.some((path) => isTouched(path, file));
  const isHeld = (folder: string) => folder !== '.git' && paths.some((path) => mayHold(path, folder));
  const files: string[] = [];
  const folders = [''];
  let isCut = false;
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    if (within.isOver() || files.length >= most.files) return { files, isCut: true };
    const entries = await within.list(at);
    const inside = (name: string) => (at === '' ? name : `${at}/${name}`);
    files.push(...entries.files.map(inside).filter(isMeant));
    const held = entries.folders.map(inside).filter(isHeld);
    const entered = held.filter((folder) => !isBuiltBelow(folder, paths));
    folders.push(...entered);
    isCut ||= entries.isCut || entered.length < held.length;
  }
  return { files: files.slice(0, most.files), isCut: isCut || files.length > most.files };
}

/** Files of the commit that are there with another text. */
async function changed(
  within: Within,
  paths: readonly TouchedPath[],
  tree: ReadonlyMap<string, TreeEntry>,
): Promise<Found> {
  const files: string[] = [];
  let isCut = false;
  let looked = 0;
  for (const { path: file, oid, type, mode } of tree.values()) {
    if (++looked % 500 === 0) await setImmediate();
    if (within.isOver() || files.length >= most.files) return { files, isCut: true };
    if (type !== 'blob' || mode === '120000' || !paths.some((path) => isTouched(path, file))) continue;
    const bytes = await within.read(file);
    if (bytes === 'closed') isCut = true;
    else if (bytes !== 'none' && blobId(bytes, oid) !== oid) files.push(file);
  }
  return { files, isCut };
}

/** What a build made is counted only where it is named itself. */
function isBuiltBelow(folder: string, paths: readonly TouchedPath[]): boolean {
  const parts = folder.split('/');
  return buildFolders.has(parts.at(-1) ?? '') && paths.every((path) => path.parts.length < parts.length);
}

/** The name that git gives to a text, with the digest of the name it is compared to. */
function blobId(bytes: Uint8Array, like: string): string {
  const digest = createHash(like.length === 64 ? 'sha256' : 'sha1');
  return digest.update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** None of a file that is no text. */
function linesOf(bytes: Uint8Array): number {
  if (bytes.length === 0 || bytes.includes(0)) return 0;
  let lines = bytes.at(-1) === 10 ? 0 : 1;
  for (const byte of bytes) if (byte === 10) lines += 1;
  return lines;
}
