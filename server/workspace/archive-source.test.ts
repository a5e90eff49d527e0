import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateRawSync, gzipSync, crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Header } from 'tar';
import { archiveLimits, makeArchiveRepo, type ArchiveLimits } from './archive-source.ts';
import { log, resolveCommit } from './git.ts';
import { readTree } from './git-objects.ts';
import { uploadPath } from './project-files.ts';
import { readTestFile } from './testing-git.ts';

type EntryType = 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'FIFO';
type Entry = { name: string; data?: string | Buffer; type?: EntryType; link?: string; mode?: number };

function tarGz(entries: readonly Entry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const entry of entries) {
    const data = Buffer.from(entry.data ?? '');
    const block = Buffer.alloc(512);
    const header = new Header({
      path: entry.name,
      mode: entry.mode ?? 0o644,
      size: data.length,
      type: entry.type ?? 'File',
      ...(entry.link !== undefined && { linkpath: entry.link }),
      mtime: new Date(0),
    });
    header.encode(block, 0);
    blocks.push(block, data, Buffer.alloc((512 - (data.length % 512)) % 512));
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** A zip written by hand, so that it can hold what no honest program writes. */
function zip(entries: readonly Entry[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const data = Buffer.from(entry.data ?? entry.link ?? '');
    const packed = deflateRawSync(data);
    const name = Buffer.from(entry.name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2); // names are UTF-8
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, name, packed]);
    const mode = entry.type === 'SymbolicLink' ? 0o120777 : 0o100000 | (entry.mode ?? 0o644);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\u0001\u0002'), Buffer.from([20, 3]), common, tail, name);
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

let folder = '';
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ens-archive-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function importBytes(bytes: Buffer, limits: Partial<ArchiveLimits> = {}) {
  count += 1;
  const uploadId = `upl_${count}test`;
  await mkdir(path.dirname(uploadPath(uploadId)), { recursive: true });
  await writeFile(uploadPath(uploadId), bytes);
  const workFolder = path.join(folder, String(count));
  await mkdir(workFolder);
  const repo = path.join(workFolder, 'repo.git');
  const notice = await makeArchiveRepo({
    uploadId,
    repo,
    workFolder,
    author: { name: 'Dev', email: 'dev@example.com', at: new Date(0) },
    signal: new AbortController().signal,
    report: () => undefined,
    limits: { ...archiveLimits, ...limits },
  });
  const commit = (await resolveCommit(repo, 'HEAD')) ?? '';
  const files = (await readTree(repo, commit)).map((entry) => `${entry.mode} ${entry.path}`);
  return { notice, repo, commit, files };
}

const formats = [
  ['tar.gz', tarGz],
  ['zip', zip],
] as const;

test.each(formats)('[PR7] a %s becomes one commit; a common folder is left away', async (_name, pack) => {
  const made = await importBytes(
    pack([
      { name: 'repo-1.0/README.md', data: '# hi\r\n' },
      { name: 'repo-1.0/bin/run', data: '#!/bin/sh\n', mode: 0o755 },
      { name: 'repo-1.0/link', type: 'SymbolicLink', link: 'README.md' },
      { name: 'repo-1.0/with space/ü.txt', data: 'x' },
    ]),
  );
  expect(made.files.toSorted()).toEqual([
    '100644 README.md',
    '100644 with space/ü.txt',
    '100755 bin/run',
    '120000 link',
  ]);
  expect(made.notice).toBeUndefined();
  expect(await readTestFile(made.repo, 'README.md')).toBe('# hi\r\n');
  expect(await log(made.repo, made.commit, { limit: 5 })).toHaveLength(1);
});

test.each(formats)('[PR7] a .git folder in a %s is left out and said', async (_name, pack) => {
  const made = await importBytes(
    pack([
      { name: 'a.txt', data: 'a' },
      { name: '.git/config', data: '[core]\n\tfsmonitor = touch /tmp/owned' },
      { name: 'sub/.GIT/hooks/pre-commit', data: 'x' },
    ]),
  );
  expect(made.files).toEqual(['100644 a.txt']);
  expect(made.notice).toContain('.git, sub/.GIT');
});

test.each(formats)('[PR7] links in a %s that lead elsewhere are left out and said', async (_name, pack) => {
  const made = await importBytes(
    pack([
      { name: 'a/x', data: 'a' },
      { name: 'b', data: 'b' },
      { name: 'a/passwd', type: 'SymbolicLink', link: '/etc/passwd' },
      { name: 'a/up', type: 'SymbolicLink', link: '../../secrets' },
      { name: 'a/git', type: 'SymbolicLink', link: '../.git/config' },
      { name: 'a/fine', type: 'SymbolicLink', link: '../b' },
    ]),
  );
  expect(made.files.toSorted()).toEqual(['100644 a/x', '100644 b', '120000 a/fine']);
  expect(made.notice).toContain('a/passwd, a/up, a/git');
});

test('[PR7] hard links of a tar name earlier files or are left out; devices are left out', async () => {
  const made = await importBytes(
    tarGz([
      { name: 'a', data: 'same' },
      { name: 'b', type: 'Link', link: 'a' },
      { name: 'c', type: 'Link', link: '/etc/shadow' },
      { name: 'd', type: 'CharacterDevice' },
      { name: 'e', type: 'FIFO' },
    ]),
  );
  expect(made.files).toEqual(['100644 a', '100644 b']);
  expect(made.notice).toMatch(/elsewhere: c\.[\s\S]*no file: d, e\./);
});

test.each([
  ['../outside'],
  ['a/../../outside'],
  ['/etc/cron.d/x'],
  ['a/./../../x'],
  ['C:\\..\\..\\x'],
  ['..\\outside'],
  ['a\u0001b'],
])('[PR7] an entry named %j refuses the archive, in both formats', async (name) => {
  for (const pack of [tarGz, zip]) {
    const asked = importBytes(
      pack([
        { name: 'fine', data: 'x' },
        { name, data: 'x' },
      ]),
    );
    await expect(asked).rejects.toMatchObject({ code: 'invalid' });
  }
  expect(await readdir(folder)).not.toContain('outside');
});

test('[PR7] a link and then a file below it writes nothing through the link', async () => {
  const made = await importBytes(
    tarGz([
      { name: 'dir', type: 'SymbolicLink', link: 'other' },
      { name: 'dir/file', data: 'x' },
      { name: 'other/keep', data: 'k' },
    ]),
  );
  expect(made.files.toSorted()).toEqual(['100644 dir/file', '100644 other/keep']);
});

test.each(formats)('[PR7] a %s that unpacks to too much is stopped', async (_name, pack) => {
  const big = pack([{ name: 'zeros', data: Buffer.alloc(3_000_000) }]);
  await expect(importBytes(big, { unpackedBytes: 1_000_000 })).rejects.toMatchObject({ code: 'too_large' });
  await expect(importBytes(big, { ratioFromBytes: 1_000_000 })).rejects.toMatchObject({ code: 'too_large' });
});

test.each(formats)('[PR7] a %s with too many entries is stopped', async (_name, pack) => {
  const many = pack(Array.from({ length: 30 }, (_unused, index) => ({ name: `f${index}`, data: 'x' })));
  await expect(importBytes(many, { entries: 20 })).rejects.toMatchObject({ code: 'too_large' });
});

test('[PR7] a zip that lies about sizes is damaged, not believed', async () => {
  const bytes = zip([{ name: 'a', data: 'x'.repeat(5000) }]);
  const at = bytes.indexOf('PK\u0001\u0002') + 24;
  bytes.writeUInt32LE(10, at);
  await expect(importBytes(bytes)).rejects.toMatchObject({ code: 'invalid' });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('hello, world')],
  ['a cut tar.gz', tarGz([{ name: 'a', data: 'x'.repeat(100_000) }]).subarray(0, 100)],
  ['a cut zip', zip([{ name: 'a', data: 'x' }]).subarray(0, 40)],
  ['a gzip that is no tar', gzipSync(Buffer.from('hello'.repeat(1000)))],
  ['an archive without files', tarGz([{ name: 'only/', type: 'Directory' }])],
])('[PR7] %s is refused', async (_name, bytes) => {
  await expect(importBytes(bytes)).rejects.toMatchObject({ code: 'invalid' });
});
