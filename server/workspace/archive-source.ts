import { createWriteStream } from 'node:fs';
import { mkdir, open, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ImportProgress } from '../../db/schema/project.ts';
import { AppError } from '../core/errors.ts';
import { archiveFormat, readArchive, type ArchiveEntry } from './archive-entries.ts';
import { gitOk, initBareRepo } from './git.ts';
import { emptyTree, writeTreeChanges, type TreeChange } from './git-objects.ts';
import { commitOnMain } from './made-source.ts';
import { uploadPath } from './project-files.ts';
import { treePathProblem } from './tree-path.ts';

/** What an archive may hold (docs/spec/projects.md, PR7). */
export type ArchiveLimits = { unpackedBytes: number; entries: number; ratio: number; ratioFromBytes: number };

export const archiveLimits: ArchiveLimits = {
  unpackedBytes: 2 * 1024 ** 3,
  entries: 100_000,
  // Text packs at about 1 to 10; only made-up contents pack at hundreds.
  ratio: 200,
  ratioFromBytes: 64 * 1024 ** 2,
};

export type ArchiveWork = {
  uploadId: string;
  repo: string;
  workFolder: string;
  author: { name: string; email: string; at: Date };
  signal: AbortSignal;
  report: (progress: ImportProgress) => void;
  limits?: ArchiveLimits;
};

/**
 * One commit with the files of an uploaded archive. Contents are unpacked into numbered files, so no name of the archive
 * ever becomes a path on disk; names are judged and then live in git's tree alone.
 * @returns what was left out, in words, or undefined
 * @throws AppError for an archive that is damaged, too large, or has names that lead elsewhere
 */
export async function makeArchiveRepo(work: ArchiveWork): Promise<string | undefined> {
  const file = uploadPath(work.uploadId);
  const unpacked = await unpack(file, work);
  if (unpacked.files.length === 0) throw new AppError('invalid', 'The archive has no files. Choose another one.');
  work.report({ phase: 'storing', percent: null, detail: `Storing ${unpacked.files.length} files` });
  await initBareRepo(work.repo, { defaultBranch: 'main' });
  const tree = await storeTree(work, withoutCommonFolder(unpacked.files));
  const notice = unpacked.leftOut();
  const message = notice === undefined ? 'Import an archive\n' : `Import an archive\n\n${notice}\n`;
  await commitOnMain(work.repo, { tree, parent: undefined, message, author: work.author });
  return notice;
}

type Unpacked = { path: string; mode: '100644' | '100755' | '120000'; file: string };

/** Collects the entries of one archive under its limits. */
class Unpacking {
  readonly files: Unpacked[] = [];
  readonly #byPath = new Map<string, Unpacked>();
  readonly #leftOut = { git: new Set<string>(), links: [] as string[], others: [] as string[] };
  readonly #limits: ArchiveLimits;
  readonly #folder: string;
  readonly #packedBytes: number;
  #bytes = 0;
  #entries = 0;

  constructor(given: { limits: ArchiveLimits; folder: string; packedBytes: number }) {
    this.#limits = given.limits;
    this.#folder = given.folder;
    this.#packedBytes = given.packedBytes;
  }

  get entries(): number {
    return this.#entries;
  }

  async add(entry: ArchiveEntry): Promise<void> {
    this.#entries += 1;
    if (this.#entries > this.#limits.entries)
      throw new AppError(
        'too_large',
        `The archive has more than ${this.#limits.entries} entries. Import a smaller one.`,
      );
    if (entry.kind === 'folder') return;
    const place = judgePath(entry.path);
    if ('gitFolder' in place) this.#leftOut.git.add(place.gitFolder);
    else if (entry.kind === 'file') await this.#addFile(place.path, entry);
    else if (entry.kind === 'symlink') await this.#addSymlink(place.path, entry);
    else if (entry.kind === 'hardlink') this.#addHardlink(place.path, entry);
    else this.#leftOut.others.push(place.path);
  }

  async #addFile(target: string, entry: ArchiveEntry): Promise<void> {
    const file = this.#newFile();
    await pipeline(await entry.contents(), this.#counted(), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
    this.#keep({ path: target, file, mode: entry.isExecutable ? '100755' : '100644' });
  }

  async #addSymlink(target: string, entry: ArchiveEntry): Promise<void> {
    const text = entry.linkTarget ?? (await readShort(entry));
    if (!staysInside(target, text)) {
      this.#leftOut.links.push(target);
      return;
    }
    const file = this.#newFile();
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    this.#keep({ path: target, file, mode: '120000' });
  }

  #addHardlink(target: string, entry: ArchiveEntry): void {
    const original = this.#byPath.get((entry.linkTarget ?? '').replace(/^(\.\/)+/, ''));
    if (original) this.#keep({ ...original, path: target });
    else this.#leftOut.links.push(target);
  }

  #newFile(): string {
    return path.join(this.#folder, String(this.#entries));
  }

  #keep(file: Unpacked): void {
    this.files.push(file);
    this.#byPath.set(file.path, file);
  }

  #counted(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#bytes += chunk.length;
        done(this.#tooMuch() ?? null, chunk);
      },
    });
  }

  #tooMuch(): AppError | undefined {
    const { unpackedBytes, ratio, ratioFromBytes } = this.#limits;
    if (this.#bytes > unpackedBytes) {
      const size = Math.round(unpackedBytes / 1024 ** 2);
      return new AppError('too_large', `The archive unpacks to more than ${size} MB. Import a smaller one.`);
    }
    if (this.#bytes > ratioFromBytes && this.#bytes > this.#packedBytes * ratio)
      return new AppError(
        'too_large',
        `The archive unpacks to more than ${ratio} times its size, which no source code does.`,
      );
    return undefined;
  }

  /** What did not come along, in sentences. */
  leftOut(): string | undefined {
    const { git, links, others } = this.#leftOut;
    const parts = [
      git.size > 0 && `Left out ${listed([...git])}: git’s own folder is not imported from an archive.`,
      links.length > 0 && `Left out links that lead elsewhere: ${listed(links)}.`,
      others.length > 0 && `Left out what is no file: ${listed(others)}.`,
    ].filter((part) => part !== false);
    return parts.length === 0 ? undefined : parts.join('\n');
  }
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 5).join(', ');
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown;
}

/** Where an entry goes in the tree. @throws AppError when its name leads out of the archive or cannot be a path */
function judgePath(given: string): { path: string } | { gitFolder: string } {
  const plain = given
    .replaceAll('\\', '/')
    .replace(/^(\.\/+)+/, '')
    .replaceAll(/\/\/+/g, '/');
  const parts = plain.split('/');
  const git = parts.findIndex((part) => part.toLowerCase() === '.git');
  const problem = treePathProblem(git === -1 ? plain : parts.toSpliced(git, 1, 'git').join('/'));
  if (problem)
    throw new AppError(
      'invalid',
      `The archive has an entry ${JSON.stringify(given.slice(0, 200))} whose name ${problem}. It is not imported.`,
    );
  return git === -1 ? { path: plain } : { gitFolder: parts.slice(0, git + 1).join('/') };
}

/** Whether a link at `from` leads to a place in the same tree. */
function staysInside(from: string, target: string): boolean {
  if (target === '' || target.startsWith('/') || target.includes('\0') || target.includes('\\')) return false;
  const place = path.posix.normalize(path.posix.join(path.posix.dirname(from), target));
  return place !== '..' && !place.startsWith('../') && !place.split('/').some((part) => part.toLowerCase() === '.git');
}

const maxLinkBytes = 4096;

async function readShort(entry: ArchiveEntry): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of await entry.contents()) {
    chunks.push(chunk as Buffer);
    size += chunks.at(-1)?.length ?? 0;
    if (size > maxLinkBytes) return '';
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function unpack(file: string, work: ArchiveWork): Promise<Unpacking> {
  const found = await stat(file).catch(() => undefined);
  if (!found) throw new AppError('not_found', 'The uploaded archive is gone. Upload it again.');
  const handle = await open(file);
  const head = Buffer.alloc(4);
  try {
    await handle.read(head, 0, 4, 0);
  } finally {
    await handle.close();
  }
  const format = archiveFormat(head);
  if (!format)
    throw new AppError('invalid', 'The upload is neither a .zip nor a .tar.gz archive. Upload one of these.');
  const folder = path.join(work.workFolder, 'unpacked');
  await mkdir(folder, { mode: 0o700 });
  const unpacking = new Unpacking({ limits: work.limits ?? archiveLimits, folder, packedBytes: found.size });
  await readArchive(file, {
    format,
    signal: work.signal,
    visit: async (entry) => {
      await unpacking.add(entry);
      work.report({ phase: 'unpacking', percent: null, detail: `Unpacked ${unpacking.entries} entries` });
    },
  });
  return unpacking;
}

/** Archives made by forges hold everything in one folder named after the repository; it is left away. */
function withoutCommonFolder(files: readonly Unpacked[]): readonly Unpacked[] {
  const first = files[0]?.path.split('/')[0];
  const isCommon = files.every((file) => file.path.startsWith(`${first}/`));
  if (!isCommon || first === undefined) return files;
  return files.map((file) => ({ ...file, path: file.path.slice(first.length + 1) }));
}

async function storeTree(work: ArchiveWork, files: readonly Unpacked[]): Promise<string> {
  const input = files.map((file) => `${file.file}\n`).join('');
  const stored = await gitOk('hash-object', ['-w', '-t', 'blob', '--no-filters', '--stdin-paths'], {
    repo: work.repo,
    input,
    signal: work.signal,
  });
  const oids = stored.toString('latin1').trim().split('\n');
  const changes = files.map((file, index): TreeChange => ({
    path: file.path,
    mode: file.mode,
    oid: oids[index] ?? '',
  }));
  return writeTreeChanges(work.repo, emptyTree, changes);
}
