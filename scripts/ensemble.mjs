#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { handOver } from './bootstrap/hand-over.mjs';
import { inRoot } from './bootstrap/paths.mjs';

// The command runs wherever the caller stands, so that paths it is given mean what the caller meant.
if (existsSync(inRoot('node_modules/.ensemble-stamp')) || existsSync(inRoot('node_modules/.bin/node'))) {
  process.exitCode = await handOver(inRoot('server/cli.ts'), process.argv.slice(2), { cwd: process.cwd() });
} else {
  console.error('Ensemble is not installed in this folder yet. Run "npm start" once, then the same command again.');
  process.exitCode = 2;
}
