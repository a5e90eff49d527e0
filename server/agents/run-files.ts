import { AppError } from '../core/errors.ts';
import type { RunMode } from '../core/session-event.ts';
import { readWorktreeFile, writeWorktreeFile } from '../workspace/safe-files.ts';
import type { Worktree } from '../workspace/worktree.ts';
import type { AgentHandlers } from './acp-types.ts';

const maxFileBytes = 5 * 1024 * 1024;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

type RunFiles = {
  worktree: Worktree;
  mode: RunMode;
  /** Throws for a path that is closed to the run. */
  requireOpen: (path: string) => Promise<void>;
};

/** An agent's reading and writing of files, in its run's own worktree. In the mode `plan` nothing is written. */
export function runFiles({
  worktree,
  mode,
  requireOpen,
}: RunFiles): Pick<AgentHandlers, 'readTextFile' | 'writeTextFile'> {
  return {
    async readTextFile(path) {
      await requireOpen(path);
      const bytes = await readWorktreeFile(worktree.workDir, path, maxFileBytes);
      try {
        return decoder.decode(bytes);
      } catch (cause) {
        throw new AppError('unsupported', `${path} is not a text in UTF-8.`, { cause });
      }
    },
    async writeTextFile(path, content) {
      if (mode === 'plan')
        throw new AppError('forbidden', 'This run plans only, so it changes no file. Say what would be changed.');
      await requireOpen(path);
      const bytes = Buffer.from(content, 'utf8');
      if (bytes.length > maxFileBytes)
        throw new AppError('too_large', `${path} would be larger than ${maxFileBytes} bytes.`);
      await writeWorktreeFile(worktree.workDir, path, bytes);
    },
  };
}
