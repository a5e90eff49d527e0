export type Verdict = {
  verdict: 'allow' | 'ask' | 'deny';
  /** Ids of the rules that led to it, the strictest first. */
  rules: string[];
  /** In plain words, for the person who decides and for the model that tried. */
  reason: string;
  /** What reaches the same end without the danger. */
  saferWay?: string;
};

/** What is known around an action. All of it is optional: what is not known never makes a verdict milder. */
export type GuardFacts = {
  /** Absolute path of the folder in which the command starts. */
  cwd?: string | undefined;
  /** Absolute path of the worktree. */
  worktree?: string | undefined;
  /** Absolute path of the home folder. */
  home?: string | undefined;
  /** Paths relative to the worktree. */
  dirtyFiles?: readonly string[] | undefined;
  trackedFiles?: readonly string[] | undefined;
  branch?: string | undefined;
  protectedBranches?: readonly string[] | undefined;
  /** Addresses of the project's remotes. */
  remotes?: readonly string[] | undefined;
  sandboxed?: boolean | undefined;
  /** What the person asked for, in their words. */
  request?: string | undefined;
};
