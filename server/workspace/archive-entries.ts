import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import yauzl from 'yauzl';
import { AppError, isAppError } from '../core/errors.ts';

/** One entry of an archive, as the archive claims it: nothing of it has been checked. */
export type ArchiveEntry = {
  path: string;
  kind: 'file' | 'folder' | 'symlink' | 'hardlink' | 'other';
  isExecutable: boolean;
  /** What a link of a tar archive points to; in a zip the contents say it. */
  linkTarget?: string;
  /** The contents; to be read to their end or destroyed before the visit of the entry ends. */
  contents: () => Promise<Readable>;
};

export type VisitEntry = (entry: ArchiveEntry) => Promise<void>;

export type ArchiveFormat = 'zip' | 'tar.gz';

/** The format that an archive's first bytes show, or undefined. */
export function archiveFormat(head: Uint8Array): ArchiveFormat | undefined {
  if (head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6)))
    return 'zip';
  return head[0] === 0x1f && head[1] === 0x8b ? 'tar.gz' : undefined;
}

/**
 * Visits the entries of an archive one after the other.
 * @throws what `visit` throws, and AppError `invalid` when the archive is damaged
 */
export async function readArchive(
  file: string,
  archive: { format: ArchiveFormat; visit: VisitEntry; signal: AbortSignal },
): Promise<void> {
  try {
    await (archive.format === 'zip' ? readZip(file, archive) : readTarGz(file, archive));
  } catch (error) {
    archive.signal.throwIfAborted();
    if (isAppError(error) || (error instanceof Error && 'code' in error && isSystemCode(error.code))) throw error;
    throw new AppError('invalid', 'The archive is damaged or not what its name says. Make it again, then upload it.', {
      cause: error,
    });
  }
}

const isSystemCode = (code: unknown) =>
  code === 'ENOSPC' || code === 'EDQUOT' || code === 'ENOENT' || code === 'EACCES';

type Reading = { visit: VisitEntry; signal: AbortSignal };

async function readZip(file: string, { visit, signal }: Reading): Promise<void> {
  const zip = await openZip(file);
  try {
    for (;;) {
      signal.throwIfAborted();
      const entry = await nextZipEntry(zip);
      if (!entry) return;
      await visit(fromZip(zip, entry));
    }
  } finally {
    zip.close();
  }
}

function openZip(file: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    // Names are judged by us, all of them and for both formats alike, so the library only reads them.
    const options = { lazyEntries: true, autoClose: false, validateEntrySizes: true, decodeStrings: true };
    yauzl.open(file, options, (error, zip) => {
      if (error || !zip) reject(error ?? new Error('no archive'));
      else resolve(zip);
    });
  });
}

function nextZipEntry(zip: yauzl.ZipFile): Promise<yauzl.Entry | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      zip.removeAllListeners('entry').removeAllListeners('end').removeAllListeners('error');
      act();
    };
    zip.once('entry', (entry: yauzl.Entry) => settle(() => resolve(entry)));
    zip.once('end', () => settle(() => resolve(undefined)));
    zip.once('error', (error: Error) => settle(() => reject(zipError(error))));
    zip.readEntry();
  });
}

/** The library refuses some names itself; those are told like the ones we refuse. */
function zipError(error: Error): Error {
  return /invalid relative path|absolute path|invalid characters/.test(error.message)
    ? new AppError(
        'invalid',
        `The archive has an entry that would leave its folder (${error.message}). It is not imported.`,
      )
    : error;
}

const unixTypes: Readonly<Record<number, ArchiveEntry['kind']>> = {
  0: 'file',
  0o100000: 'file',
  0o040000: 'folder',
  0o120000: 'symlink',
};

function fromZip(zip: yauzl.ZipFile, entry: yauzl.Entry): ArchiveEntry {
  if (entry.isEncrypted())
    throw new AppError('invalid', 'The archive is locked with a password. Make one without, then upload it.');
  const isUnix = entry.versionMadeBy >> 8 === 3;
  const mode = isUnix ? entry.externalFileAttributes >>> 16 : 0;
  const kind = entry.fileName.endsWith('/') ? 'folder' : (unixTypes[mode & 0o170000] ?? 'other');
  return {
    path: entry.fileName.replace(/\/+$/, ''),
    kind,
    isExecutable: (mode & 0o100) !== 0,
    contents: () =>
      new Promise((resolve, reject) => {
        zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
      }),
  };
}

const tarTypes: Readonly<Record<string, ArchiveEntry['kind']>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'folder',
  GNUDumpDir: 'folder',
  SymbolicLink: 'symlink',
  Link: 'hardlink',
};

/** An entry keeps its contents until it is read, so visits follow each other although the parser runs ahead a little. */
async function readTarGz(file: string, { visit, signal }: Reading): Promise<void> {
  const source = createReadStream(file);
  const unpacked = createGunzip();
  const failed = Promise.withResolvers<never>();
  let visited: Promise<void> = Promise.resolve();
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      visited = visited
        .then(() => visit(fromTar(entry)))
        .then(() => {
          entry.resume();
        });
      visited.catch(failed.reject);
    },
  });
  const ended = new Promise<void>((resolve) => parser.once('end', resolve));
  source.on('error', failed.reject);
  unpacked.on('error', failed.reject);
  parser.on('error', failed.reject);
  const cancel = () => failed.reject(signal.reason);
  signal.addEventListener('abort', cancel);
  try {
    // The parser has all that a pipe needs of a writable stream; its types are of its author's own stream library.
    source.pipe(unpacked).pipe(parser as unknown as NodeJS.WritableStream);
    await Promise.race([ended, failed.promise]);
    await Promise.race([visited, failed.promise]);
  } finally {
    signal.removeEventListener('abort', cancel);
    source.destroy();
    unpacked.destroy();
  }
}

function fromTar(entry: ReadEntry): ArchiveEntry {
  return {
    path: entry.path.replace(/\/+$/, ''),
    kind: tarTypes[entry.type] ?? 'other',
    isExecutable: ((entry.mode ?? 0) & 0o100) !== 0,
    ...(entry.linkpath !== undefined && { linkTarget: entry.linkpath }),
    contents: async () => Readable.from(entry, { objectMode: false }),
  };
}
