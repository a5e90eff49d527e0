import { z } from 'zod';

export type Verdict = {
  verdict: 'allow' | 'ask' | 'deny';
  /** Ids of the rules that led to it, the strictest first. */
  rules: string[];
  /** In plain words, for the person who decides and for the model that tried. */
  reason: string;
  /** What reaches the same end without the danger. */
  saferWay?: string;
};

const paths = z.array(z.string()).readonly().optional();

/** What is known around an action. All of it is optional: what is not known never makes a verdict milder. */
export const guardFacts = z.object({
  /** Absolute path of the folder in which the command starts. */
  cwd: z.string().optional(),
  /** Absolute path of the worktree. */
  worktree: z.string().optional(),
  /** Absolute path of the home folder. */
  home: z.string().optional(),
  /** Paths relative to the worktree. */
  dirtyFiles: paths,
  trackedFiles: paths,
  branch: z.string().optional(),
  protectedBranches: paths,
  /** Addresses of the project's remotes. */
  remotes: paths,
  sandboxed: z.boolean().optional(),
  /** What the person asked for, in their words. */
  request: z.string().optional(),
});
export type GuardFacts = z.infer<typeof guardFacts>;
