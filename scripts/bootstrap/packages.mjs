import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot, root } from './paths.mjs';
import { withLock } from './lock.mjs';
import { step, StepError } from './steps.mjs';

const stampFile = inRoot('node_modules/.ensemble-stamp');
const pinnedMajor = '24';

function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['package.json', 'package-lock.json']) {
    if (existsSync(inRoot(file))) hash.update(readFileSync(inRoot(file)));
  }
  return hash.digest('hex');
}

const isCurrent = () => existsSync(stampFile) && readFileSync(stampFile, 'utf8') === fingerprint();

/** Installs the packages when package.json or the lock file changed since the last time. */
export async function installPackages() {
  if (isCurrent()) return;
  await withLock(async () => {
    if (isCurrent()) return;
    await step({
      title: 'Installing npm packages (about a minute the first time)',
      command: 'npm',
      args: ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
      env: { NODE_ENV: 'development' },
      log: 'npm-install',
      remedy:
        'Check that the npm registry can be reached and that the disk has 1.5 GB free, then run the same command again.',
    });
    requirePinnedNode();
    writeFileSync(stampFile, fingerprint());
  });
}

function majorOf(program) {
  const asked = spawnSync(program, ['--version'], { cwd: root, encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim().replace(/^v(\d+).*$/s, '$1') : undefined;
}

function requirePinnedNode() {
  const found = [inRoot('node_modules/.bin/node'), process.execPath].find(
    (program) => existsSync(program) && majorOf(program) === pinnedMajor,
  );
  if (found !== undefined) return;
  throw new StepError(
    `Finding Node ${pinnedMajor}`,
    'the npm package "node" is installed, but its program is missing. Its install script did not run',
    'Allow install scripts (npm config set ignore-scripts false), run "npm rebuild node", then the same command again.',
  );
}

/** The program that runs the server: the pinned Node, or this one where it is of the same major version. */
export function pinnedNode() {
  const installed = inRoot('node_modules/.bin/node');
  return existsSync(installed) ? installed : process.execPath;
}
