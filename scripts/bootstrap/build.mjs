import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.mjs';
import { inRoot, root } from './paths.mjs';
import { step } from './steps.mjs';

const stampFile = inRoot('.next/ensemble-build');
const sources = [
  'app',
  'components',
  'db',
  'public',
  'server',
  'proxy.ts',
  'next.config.ts',
  'postcss.config.mjs',
  'package-lock.json',
  'tsconfig.json',
];
const notBuilt = /\.test\.tsx?$|^db\/migrations\/|^server\/workspace\/sample\//;

function* filesBelow(entry) {
  if (!existsSync(inRoot(entry))) return;
  if (path.extname(entry) !== '') return void (yield entry);
  const found = readdirSync(inRoot(entry), { recursive: true, withFileTypes: true }).filter((item) => item.isFile());
  for (const item of found) yield path.relative(root, path.join(item.parentPath ?? item.path, item.name));
}

/** A hash of every source that a page can be made of: content, not time, so that a fresh checkout of the same state is no change. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const entry of sources) {
    for (const file of [...filesBelow(entry)].toSorted()) {
      if (!notBuilt.test(file)) hash.update(`${file}\0`).update(readFileSync(inRoot(file)));
    }
  }
  return hash.digest('hex');
}

const isCurrent = () =>
  existsSync(stampFile) && existsSync(inRoot('.next/BUILD_ID')) && readFileSync(stampFile, 'utf8') === fingerprint();

/** Builds the pages for production when a source changed since the last build. */
export async function buildPages() {
  if (isCurrent()) return;
  await withLock(async () => {
    if (isCurrent()) return;
    rmSync(stampFile, { force: true });
    const built = fingerprint();
    await step({
      title: 'Building the pages (about half a minute)',
      command: 'next',
      args: ['build'],
      env: { NODE_ENV: 'production' },
      log: 'next-build',
      remedy: 'Correct what the output names. Building needs about 2 GB of free memory.',
    });
    mkdirSync(path.dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, built);
  });
}
