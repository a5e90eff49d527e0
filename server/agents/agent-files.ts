import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Mount } from '../workspace/sandbox-arguments.ts';
import { homeFolder } from '../workspace/run-worktree.ts';
import { writeWorktreeFile } from '../workspace/safe-files.ts';
import type { Worktree } from '../workspace/worktree.ts';
import type { AgentProfile, AgentStart } from './registry.ts';

/** Where an agent finds its home. */
const homeInside = '/home/agent';

/**
 * Writes the files that a profile gives its agent, anew before each start. What lies in a home that is a folder may have been
 * changed by the agent in an earlier turn, so it is written there without following anything; the rest is mounted read-only.
 */
export async function agentFiles(
  profile: AgentProfile,
  { worktree, start }: { worktree: Worktree; start: AgentStart },
): Promise<{ home?: string; mounts: Mount[] }> {
  const inHome = profile.homeFiles(start);
  const ofSystem = profile.systemFiles?.(start) ?? {};
  if (profile.home !== 'folder') {
    const seen = Object.entries(inHome).map(([name, text]) => [path.posix.join(homeInside, name), text] as const);
    return { mounts: await mountFiles(worktree, { ...Object.fromEntries(seen), ...ofSystem }) };
  }
  const home = homeFolder(worktree);
  await mkdir(home, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(inHome)) await writeWorktreeFile(home, name, Buffer.from(text));
  return { home, mounts: await mountFiles(worktree, ofSystem) };
}

function mountFiles(worktree: Worktree, files: Readonly<Record<string, string>>): Promise<Mount[]> {
  return Promise.all(
    Object.entries(files).map(async ([inside, text]): Promise<Mount> => {
      const file = path.join(worktree.root, 'files', inside);
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, text, { mode: 0o644 });
      return [file, inside];
    }),
  );
}
