import { opendir } from 'node:fs/promises';
import path from 'node:path';
import { isAppError } from '../core/errors.ts';
import { lineChange } from '../core/line-change.ts';
import type { RunFileState } from '../runs/record-run-files.ts';
import { readBlob, readTree } from '../workspace/git-objects.ts';
import { readWorktreeFile } from '../workspace/safe-files.ts';

const maxFileBytes = 256 * 1024;
/** Of all files of a run together; above it only is told that a file changed. */
const maxKeptChars = 8 * 1024 * 1024;
const maxFiles = 500;
const maxListed = 500;

type Side = { text: string } | { omitted: 'binary' | 'too_large' } | undefined;

export type FileLook = {
  /** A file as it is now against its base; undefined when nothing is to tell. */
  at(file: string): Promise<RunFileState | 'folder' | undefined>;
  /** Files in a folder that came by all at once, a bounded number. */
  below(folder: string): Promise<string[]>;
};

/** Looks at single files of a worktree, which belongs to a stranger: without following links, and never at much of it. */
export function createFileLook(of: { repo: string; workDir: string; baseCommit: string }): FileLook {
  const bases = readTree(of.repo, of.baseCommit).then((tree) => new Map(tree.map((entry) => [entry.path, entry])));
  bases.catch(() => undefined);
  /** What was told of each file last. */
  const last = new Map<string, Side>();
  let keptChars = 0;

  const baseOf = async (file: string): Promise<Side> => {
    const entry = (await bases).get(file);
    if (!entry || entry.type !== 'blob' || entry.mode === '120000') return undefined;
    if ((entry.sizeBytes ?? 0) > maxFileBytes) return { omitted: 'too_large' };
    return sideOf(await readBlob(of.repo, entry.oid, maxFileBytes));
  };

  const bounded = (side: Side, before: Side): Side => {
    if (!side || 'omitted' in side) return side;
    const grown = keptChars + side.text.length - charsOf(before);
    if (grown > maxKeptChars) return { omitted: 'too_large' };
    keptChars = grown;
    return side;
  };

  return {
    async at(file) {
      const found = await readNow(of.workDir, file);
      if (found === 'folder') return found;
      const base = await baseOf(file);
      const before = last.has(file) ? last.get(file) : base;
      const now = bounded(found, last.get(file));
      if (isSame(now, before)) return undefined;
      if (!last.has(file) && last.size >= maxFiles) return undefined;
      last.set(file, now);
      return stateOf(file, { base, before, now });
    },
    below: (folder) => listBelow(of.workDir, folder),
  };
}

const charsOf = (side: Side) => (side && 'text' in side ? side.text.length : 0);
const textOf = (side: Side) => (side && 'text' in side ? side.text : '');
const isSame = (a: Side, b: Side) => JSON.stringify(a) === JSON.stringify(b) && !(a && 'omitted' in a);

function stateOf(file: string, { base, before, now }: Record<'base' | 'before' | 'now', Side>): RunFileState {
  const status = isSame(base, now) ? 'unchanged' : !now ? 'deleted' : base ? 'modified' : 'added';
  const omitted = [now, base].find((side) => side && 'omitted' in side);
  const counts = omitted ? { added: 0, removed: 0, line: 1 } : lineChange(textOf(base), textOf(now), textOf(before));
  return {
    change: { path: file, status, ...counts },
    baseText: base && !omitted ? textOf(base) : null,
    text: now && !omitted ? textOf(now) : null,
    omitted: omitted && 'omitted' in omitted ? omitted.omitted : null,
  };
}

async function readNow(workDir: string, file: string): Promise<Side | 'folder'> {
  try {
    return sideOf(await readWorktreeFile(workDir, file, maxFileBytes));
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (error.code === 'too_large') return { omitted: 'too_large' };
    // A folder, or a link or pipe, whose place in the tree is nobody's text.
    return error.code === 'invalid' ? 'folder' : undefined;
  }
}

function sideOf(bytes: Uint8Array): Side {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? { omitted: 'binary' } : { text };
  } catch {
    return { omitted: 'binary' };
  }
}

/** Names only: a link on the way would lead to names elsewhere, whose files are not opened then. */
async function listBelow(workDir: string, folder: string): Promise<string[]> {
  const files: string[] = [];
  const folders = [folder];
  for (let next = folders.shift(); next !== undefined && files.length < maxListed; next = folders.shift()) {
    const opened = await opendir(path.join(workDir, next)).catch(() => undefined);
    if (!opened) continue;
    for await (const entry of opened) {
      if (files.length + folders.length >= maxListed) break;
      if (entry.isFile()) files.push(`${next}/${entry.name}`);
      else if (entry.isDirectory() && entry.name !== '.git') folders.push(`${next}/${entry.name}`);
    }
  }
  return files;
}
