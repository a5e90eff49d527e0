import { posix } from 'node:path';
import type { AgentAction } from '../core/agent-action.ts';
import { judge } from '../core/guard/classify.ts';
import { interpret } from '../core/guard/interpret.ts';
import type { GuardFacts, Verdict } from '../core/guard/verdict.ts';
import { loadBash } from '../platform/parsers/bash.ts';
import { agentWorkRoot } from './agent-path.ts';

/** The guard, with what is known of one run's box. */
export type RunGuard = {
  /** Undefined when it knows nothing of such actions. */
  verdict: (action: AgentAction) => Promise<Verdict | undefined>;
  /** The action with what a command comes to, for people to read. */
  takenApart: (action: AgentAction) => Promise<AgentAction>;
};

const mostSteps = 30;
const longestStep = 500;

/** @param request what the person asked for, in their words */
export function createRunGuard(request: string): RunGuard {
  const factsAt = (cwd: string): GuardFacts => ({
    cwd: posix.resolve(agentWorkRoot, cwd),
    worktree: agentWorkRoot,
    home: '/home/agent',
    // A run's repository has one branch of its own and knows no other repository.
    branch: 'work',
    protectedBranches: [],
    remotes: [],
    sandboxed: true,
    request,
  });
  return {
    verdict: async (action) => {
      if (action.kind !== 'command') return undefined;
      const facts = factsAt(action.cwd);
      return judge(interpret((await loadBash())(action.command), facts), facts);
    },
    takenApart: async (action) => {
      if (action.kind !== 'command') return action;
      const { commands } = interpret((await loadBash())(action.command), factsAt(action.cwd));
      const steps = commands
        .filter(({ source }) => source.trim() !== '')
        .slice(0, mostSteps)
        .map(({ source, via }) => ({ text: source.slice(0, longestStep).toWellFormed(), via: [...via] }));
      return { ...action, steps };
    },
  };
}
