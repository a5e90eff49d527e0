import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** Each test file has a data folder of its own, gone at its end: files run side by side. */
const folder = mkdtempSync(path.join(tmpdir(), 'ensemble-test-'));
process.env['ENSEMBLE_DATA'] = folder;

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));

/** The environment for a program that a test starts, with these values besides. */
export function testingEnv(values: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { ...process.env, ...values };
}
