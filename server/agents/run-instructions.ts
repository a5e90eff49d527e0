import type { Context } from '../context.ts';
import { isAppError } from '../core/errors.ts';
import { runFilePolicy } from '../governance/run-files.ts';
import { appendRunEvent } from '../runs/append-run-event.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import { listTreePaths } from '../workspace/git-objects.ts';
import { listWorktreeFolders } from '../workspace/safe-files.ts';
import type { Worktree } from '../workspace/worktree.ts';
import { skillHead } from './builtin/assistant/instructions.ts';
import { folderInstructions } from './folder-instructions.ts';
import { fileOfSkill, instructionWords, type Instructions, type RunSkill } from './instruction-words.ts';
import { presentText } from './file-changes.ts';

const names = ['AGENTS.md', 'CLAUDE.md'] as const;
const skillsFolder = '.agents/skills';
const mostSkills = 40;
const mostFolderFiles = 40;
const mostLooked = 100;

/**
 * The repository's own words to agents, as far as policy leaves them open: read by the host, since agents are kept from reading
 * settings and instructions of a repository by themselves. Which files a run was told of stands in the session's log.
 * @returns the words in front of the agent's model; empty when there are none
 * @throws RunLostError
 */
export async function giveInstructions(
  ctx: Context,
  { run, claim, worktree, filesCommit }: { run: RunRow; claim: RunClaim; worktree: Worktree; filesCommit: string },
): Promise<string> {
  const requireOpen = runFilePolicy(run);
  const openText = async (path: string) => {
    const text = await presentText(worktree.workDir, path);
    return text != null && text.trim() !== '' && (await isOpen(requireOpen(path))) ? text : undefined;
  };
  const files: Instructions[] = [];
  for (const path of names) {
    const text = await openText(path);
    if (text !== undefined) files.push({ path, text });
  }
  const folderFiles: string[] = [];
  for (const path of folderInstructions(await listTreePaths(worktree.repo, filesCommit)).slice(0, mostLooked))
    if (folderFiles.length < mostFolderFiles && (await openText(path)) !== undefined) folderFiles.push(path);
  const skills: RunSkill[] = [];
  const folders = await listWorktreeFolders(worktree.workDir, skillsFolder);
  for (const folder of folders.toSorted().slice(0, mostSkills)) {
    const path = fileOfSkill(skillsFolder, folder);
    const text = await openText(path);
    if (text !== undefined) skills.push({ path, ...skillHead(text, folder) });
  }
  const paths = [...[...files, ...skills].map(({ path }) => path), ...folderFiles];
  if (paths.length > 0) await appendRunEvent(ctx, claim, { type: 'instructions_given', runId: run.id, paths });
  return instructionWords({ files, folderFiles, skills });
}

/** Whether policy leaves something open that was asked of it. */
export async function isOpen(asked: Promise<void>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}
