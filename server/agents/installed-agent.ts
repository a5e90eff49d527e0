import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { AgentInstallation } from '../core/agent-description.ts';
import { env } from '../platform/env.ts';
import { agentPins, isPinned, onThisMachine, type AgentPin, type PinnedAgent } from './pins.ts';
import type { AgentAvailability } from './registry.ts';

/** Where what belongs to an agent of others lies in the box. */
export const agentMount = '/opt/agent';

/** Written last, so that a folder without it was never finished. */
export const completeMark = 'complete.json';

/** Where all versions of an agent lie. */
export const installRoot = (name: PinnedAgent) => path.join(env().dataDir, 'agents', name);

/** The folder of the pinned version, whether it is there or not. */
export const installFolder = (name: PinnedAgent) => path.join(installRoot(name), agentPins[name].version);

export type InstallState =
  | { state: 'installed' }
  /** There is another version of it, which is not used. */
  | { state: 'outdated'; versions: string[] }
  | { state: 'broken'; missing: string }
  | { state: 'missing' };

/** What of an agent lies in the data folder. */
export function installState(name: PinnedAgent): InstallState {
  const pin: AgentPin = agentPins[name];
  const folder = installFolder(name);
  if (existsSync(folder)) {
    const missing = neededFiles(pin).find((file) => !isFile(path.join(folder, file)));
    return missing === undefined ? { state: 'installed' } : { state: 'broken', missing };
  }
  const versions = otherVersions(name);
  return versions.length === 0 ? { state: 'missing' } : { state: 'outdated', versions };
}

/** What has to be there, below the folder of the installation. */
function neededFiles(pin: AgentPin): string[] {
  return [pin.program, ...pin.parts, completeMark].map(onThisMachine);
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/** Finished installations of versions that are not the pinned one. */
export function otherVersions(name: PinnedAgent): string[] {
  const root = installRoot(name);
  if (!existsSync(root)) return [];
  return readdirSync(root).filter(
    (version) => version !== agentPins[name].version && existsSync(path.join(root, version, completeMark)),
  );
}

/** Whether an agent can run as far as its files go; else why not, and what an admin does. */
export function installedAvailability(name: PinnedAgent, title: string): AgentAvailability {
  const found = installState(name);
  const install = `An installation admin installs it in Settings › Agents, or with: ensemble agents install ${name}`;
  switch (found.state) {
    case 'installed':
      return { ok: true };
    case 'missing':
      return { ok: false, reason: `${title} is not installed.`, fix: install };
    case 'outdated':
      return {
        ok: false,
        reason: `${title} is installed in version ${found.versions.join(', ')}, and this Ensemble works with ${agentPins[name].version}.`,
        fix: install,
      };
    case 'broken':
      return {
        ok: false,
        reason: `The installation of ${title} is broken: ${found.missing} is missing.`,
        fix: install,
      };
  }
}

/** How an installed agent's program is started in its box. */
export const programInside = (name: PinnedAgent) => path.posix.join(agentMount, onThisMachine(agentPins[name].program));

/** What people are told of an agent's installation; undefined for one that is not installed that way. */
export function installationOf(name: string): AgentInstallation | undefined {
  if (!isPinned(name)) return undefined;
  const pin: AgentPin = agentPins[name];
  const { version, licence, terms, sizeBytes } = pin;
  const { state } = installState(name);
  return { version, licence, ...(terms !== undefined && { terms }), sizeBytes, state };
}
