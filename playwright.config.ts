import { defineConfig } from '@playwright/test';
import { findChromium } from './scripts/bootstrap/chromium.mjs';

const executablePath = findChromium();
/** Root may not use Chromium's own sandbox; the rest keeps the browser from talking to anyone but the server under test. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser suite. Each worker starts the production build with its own data folder (e2e/fixtures). */
export default defineConfig({
  testDir: './e2e',
  outputDir: './test-results/browser',
  // How long a story takes on a small machine proves nothing.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  // A server, its database and a browser for each: two keep two cores busy.
  workers: 2,
  // A second try begins with a server and a database of its own; the list names what needed one as flaky.
  retries: 1,
  forbidOnly: true,
  reporter: [['list'], ['json', { outputFile: 'test-results/browser.json' }]],
  use: {
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: { ...(executablePath === undefined ? {} : { executablePath }), args },
  },
});
