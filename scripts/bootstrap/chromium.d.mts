/** The Chromium that the browser tests drive: `ENSEMBLE_CHROMIUM`, else a system one, else one in Playwright's cache. */
export function findChromium(): string | undefined;
