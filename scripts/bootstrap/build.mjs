import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fingerprint } from './fingerprint.mjs';
import { withLock } from './lock.mjs';
import { inRoot } from './paths.mjs';
import { step } from './steps.mjs';

const stampFile = inRoot('.next/ensemble-build');
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
