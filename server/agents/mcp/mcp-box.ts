import type { Mount, SandboxLimits } from '../../workspace/sandbox-arguments.ts';
import { nodeMount, spawnInSandbox } from '../../workspace/sandbox.ts';
import { boxFor, type Worktree } from '../../workspace/worktree.ts';
import { asMcpText } from './mcp-message.ts';
import { readMessages, type OpenBackend } from './mcp-passage.ts';

export type McpBox = {
  command: string;
  mounts: readonly Mount[];
  worktree: Worktree;
  /** Whether it sees the worktree read-only. */
  isReadOnly: boolean;
  limits?: Partial<SandboxLimits> | undefined;
};

/** A server of the list as a program in a box of its own on the run's worktree, without a network. */
export function boxBackend({ command, mounts, worktree, isReadOnly, limits }: McpBox): OpenBackend {
  return (onMessage) => {
    const { readOnly = [], readWrite = [] } = boxFor(worktree);
    const own = spawnInSandbox(
      {
        work: { path: worktree.workDir, writable: !isReadOnly },
        readOnly: [...readOnly, nodeMount(), ...mounts, ...(isReadOnly ? readWrite : [])],
        readWrite: isReadOnly ? [] : readWrite,
        ...(limits && { limits }),
      },
      [command],
    );
    own.stderr.resume();
    const drained = readMessages(own.stdout, onMessage).then((how) => {
      if (how === 'too large') own.kill('output-limit');
    });
    return {
      send: (message) => void own.stdin.write(`${asMcpText(message)}\n`),
      end: () => void own.stdin.end(),
      kill: () => own.kill(),
      closed: Promise.allSettled([own.exited, drained]),
    };
  };
}
