import { existsSync } from 'node:fs';
import path from 'node:path';
import { env } from './env.ts';

/** `node-llama-cpp`, which runs model files, is no dependency: 85 MB that few installations need. Its operator adds it. */
const version = '3.22.1';

const toolsFolder = () => path.join(env().dataDir, 'tools', 'llama');

/** The package's entry file: in the data folder, else among our own packages; undefined when it is not installed. */
export function findLlamaPackage(): string | undefined {
  const homes = [toolsFolder(), path.resolve(import.meta.dirname, '../..')];
  return homes.map((home) => path.join(home, 'node_modules/node-llama-cpp/dist/index.js')).find(existsSync);
}

/** The command that installs it, without the parts for graphics cards. */
export function llamaInstallCommand(): string {
  const platform = `@node-llama-cpp/${process.platform}-${process.arch}`;
  return `npm install --prefix ${toolsFolder()} --omit=optional node-llama-cpp@${version} ${platform}@${version}`;
}

/** Where model files lie. */
export const modelsFolder = () => path.join(env().dataDir, 'models');
