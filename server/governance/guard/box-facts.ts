import { posix } from 'node:path';
import { agentWorkRoot } from '../../core/agent-work-root.ts';
import type { GuardFacts } from '../../core/guard/verdict.ts';

/** What is known around an action in a run's box. @param cwd relative to the repository, or absolute */
export const boxFacts = (cwd: string): GuardFacts => ({
  cwd: posix.resolve(agentWorkRoot, cwd),
  worktree: agentWorkRoot,
  home: '/home/agent',
  // A run's repository has one branch of its own and knows no other repository.
  branch: 'work',
  protectedBranches: [],
  remotes: [],
  sandboxed: true,
});
