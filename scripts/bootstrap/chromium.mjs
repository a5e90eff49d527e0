import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const systemPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const cachePlaces = ['chrome-linux/chrome', 'chrome-linux64/chrome', 'chrome-mac/Chromium.app/Contents/MacOS/Chromium'];

function fromPlaywrightCache() {
  const mac = process.platform === 'darwin';
  const cache =
    process.env.PLAYWRIGHT_BROWSERS_PATH ?? path.join(homedir(), mac ? 'Library/Caches' : '.cache', 'ms-playwright');
  if (!existsSync(cache)) return [];
  const folders = readdirSync(cache).filter((name) => /^chromium-\d+$/.test(name));
  return folders.flatMap((folder) => cachePlaces.map((place) => path.join(cache, folder, place)));
}

/** The Chromium that the browser tests drive: `ENSEMBLE_CHROMIUM`, else a system one, else one in Playwright's cache. */
export function findChromium() {
  const named = process.env.ENSEMBLE_CHROMIUM;
  if (named !== undefined && named !== '') return existsSync(named) ? named : undefined;
  return [...systemPlaces, ...fromPlaywrightCache()].find((place) => existsSync(place));
}
