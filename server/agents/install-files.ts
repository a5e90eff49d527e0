import { existsSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import { installPackage, isInUse, removeFolder, type InstallOptions } from './install-package.ts';
import { installFolder, installRoot, installState, otherVersions } from './installed-agent.ts';
import { agentPins, type AgentPin, type PinnedAgent } from './pins.ts';

/** Makes and removes installations on disk. Who may, and that only one process does, is decided before. */

/**
 * Installs the pinned version of an agent: into a folder beside, checked, and then in one step to its place. None of the
 * packages' own scripts run. An installation that is whole stays as it is.
 * @throws AppError in words for people: no npm, no registry, no room, other bytes than those that were pinned
 */
export async function installAgentFiles(name: PinnedAgent, options: InstallOptions = {}): Promise<void> {
  if (installState(name).state !== 'installed') await installFresh(name, options);
  for (const version of otherVersions(name)) {
    const folder = path.join(installRoot(name), version);
    if (!isInUse(folder)) await removeFolder(folder);
  }
}

async function installFresh(name: PinnedAgent, options: InstallOptions): Promise<void> {
  const pin: AgentPin = agentPins[name];
  await installPackage(pin, { place: installFolder(name), mark: { agent: name }, ...options });
  const found = installState(name);
  if (found.state === 'broken')
    throw new AppError(
      'unavailable',
      `The package of this agent came without ${found.missing}, which it needs on this machine (${process.platform} ${process.arch}). It may not be made for it.`,
    );
}

/**
 * Removes every version of an agent.
 * @throws AppError `conflict` while a run uses it
 */
export async function removeAgentFiles(name: PinnedAgent): Promise<void> {
  const root = installRoot(name);
  if (!existsSync(root)) return;
  if (isInUse(root))
    throw new AppError('conflict', 'A run is using this agent. Wait for its end or stop it, then uninstall the agent.');
  await removeFolder(root);
}
