import { readdir } from 'node:fs/promises';
import { authorizeInstallation } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { findLlamaPackage, llamaInstallCommand, modelsFolder } from '../platform/llama-package.ts';

/** What a provider that is a model file can be made of. */
export type ModelFiles = {
  /** Whether the package that runs them is there. */
  isInstalled: boolean;
  howToInstall: string;
  folder: string;
  names: string[];
};

/** The model files on this machine. Installation admins only. */
export async function listModelFiles(ctx: Context): Promise<ModelFiles> {
  await authorizeInstallation(ctx);
  const folder = modelsFolder();
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return {
    isInstalled: findLlamaPackage() !== undefined,
    howToInstall: `What runs model files is not installed on the server. Its operator runs: ${llamaInstallCommand()}`,
    folder,
    names: found
      .filter((entry) => entry.isFile() && /\.gguf$/i.test(entry.name))
      .map(({ name }) => name)
      .sort((one, other) => one.localeCompare(other)),
  };
}
