import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot, root } from './paths.mjs';

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
export function fingerprint() {
  const hash = createHash('sha256');
  for (const entry of sources) {
    for (const file of [...filesBelow(entry)].toSorted()) {
      if (!notBuilt.test(file)) hash.update(`${file}\0`).update(readFileSync(inRoot(file)));
    }
  }
  return hash.digest('hex');
}
