import path from 'node:path';
import type { Mount } from '../../workspace/sandbox-arguments.ts';

/** Where Ensemble's own code is mounted in the sandbox of a built-in agent. */
export const appMount = '/opt/ensemble';

export const appRoot = path.resolve(import.meta.dirname, '../../..');

/** Never the whole folder: the data folder may lie in it. */
const appParts = ['package.json', 'server', 'node_modules'] as const;

/** Ensemble's own code, for an agent that is part of it. */
export function appMounts(): readonly Mount[] {
  return appParts.map((part) => [path.join(appRoot, part), `${appMount}/${part}`]);
}
