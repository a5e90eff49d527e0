import { readdir, stat } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import { authorizeInstallation } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { findLlamaPackage, llamaInstallCommand, modelsFolder } from '../platform/llama-package.ts';

/** What a provider that is a model file can be made of. */
export type ModelFiles = {
  /** Whether the package that runs them is there. */
  isInstalled: boolean;
  howToInstall: string;
  folder: string;
  files: { name: string; sizeBytes: number }[];
  /** Of this machine: a file needs a little more than its size, and its context on top. */
  memoryBytes: number;
};

/** The model files on this machine. Installation admins only. */
export async function listModelFiles(ctx: Context): Promise<ModelFiles> {
  await authorizeInstallation(ctx);
  const folder = modelsFolder();
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isFile() && /\.gguf$/i.test(entry.name)).map(({ name }) => name);
  return {
    isInstalled: findLlamaPackage() !== undefined,
    howToInstall: `What runs model files is not installed on the server. Its operator runs: ${llamaInstallCommand()}`,
    folder,
    files: await Promise.all(
      names
        .sort((one, other) => one.localeCompare(other))
        .map(async (name) => ({ name, sizeBytes: (await stat(path.join(folder, name))).size })),
    ),
    memoryBytes: totalmem(),
  };
}
