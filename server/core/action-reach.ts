import { z } from 'zod';

/** How far an action would reach, as it was counted when it was asked about: files, lines, remotes, hosts. */

export const reachWays = ['deletes', 'overwrites', 'moves', 'changes', 'rights', 'loses'] as const;
export const remoteWays = ['push', 'force', 'delete', 'fetch', 'change'] as const;

const reachedFiles = z.object({
  /** `loses`: what is not committed in them; `rights`: who may read, write and run them. */
  how: z.enum(reachWays),
  count: z.number().int(),
  /** Lines of those that are text. */
  lines: z.number().int().optional(),
  added: z.number().int().optional(),
  removed: z.number().int().optional(),
  /** When the count is not exact. */
  bound: z.enum(['least', 'most']).optional(),
  /** The first of them. */
  paths: z.array(z.string()),
});

const reachedRemote = z.object({
  how: z.enum(remoteWays),
  name: z.string(),
  host: z.string().optional(),
  branches: z.array(z.string()),
});

export const actionReachSchema = z.object({
  files: z.array(reachedFiles),
  /** Paths outside of the project, as they were written. */
  outside: z.array(z.string()),
  remotes: z.array(reachedRemote),
  hosts: z.array(z.string()),
});

export type ReachedFiles = z.infer<typeof reachedFiles>;
export type ReachedRemote = z.infer<typeof reachedRemote>;
export type ActionReach = z.infer<typeof actionReachSchema>;

/** How many names are told of each kind. */
export const mostNamed = 3;

/** What people read, a sentence each; none when nothing is known. */
export function reachSentences({ files, outside, remotes, hosts }: ActionReach): string[] {
  const place = outside.length === 0 ? ', all in the project' : '';
  return [
    ...files.map((one) => filesSentence(one, place)),
    ...(outside.length > 0 ? [`Reaches outside of the project: ${firstOf(outside, outside.length)}`] : []),
    ...remotes.map(remoteSentence),
    ...(hosts.length > 0 ? [`Speaks to ${firstOf(hosts, hosts.length)}`] : []),
  ];
}

const waysToSay = {
  deletes: 'Would delete',
  overwrites: 'Would overwrite',
  moves: 'Would move',
  changes: 'Would change',
  rights: 'Would change the rights of',
  loses: 'Would lose what is not committed in',
};

function filesSentence({ how, count, bound, paths, ...more }: ReachedFiles, place: string): string {
  const amount = `${bound === undefined ? '' : `at ${bound} `}${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`;
  return `${waysToSay[how]} ${amount}${linesPart(more)}${place}: ${firstOf(paths, count)}`;
}

function linesPart({ lines, added, removed }: Pick<ReachedFiles, 'lines' | 'added' | 'removed'>): string {
  const said = (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'line' : 'lines'}`;
  if (added !== undefined && removed !== undefined)
    return ` (${said(added)} added, ${removed.toLocaleString('en')} removed)`;
  return lines === undefined ? '' : ` (${said(lines)})`;
}

const remoteWords = {
  push: 'Pushes to',
  force: 'Pushes by force to',
  delete: 'Deletes on',
  fetch: 'Fetches from',
  change: 'Changes the remote',
};

function remoteSentence({ how, name, host, branches }: ReachedRemote): string {
  const where = host === undefined || host === name ? name : `${name} (${host})`;
  const named =
    branches.length === 0 ? '' : `, ${branches.length === 1 ? 'branch' : 'branches'} ${branches.join(', ')}`;
  return `${remoteWords[how]} ${where}${named}`;
}

function firstOf(names: readonly string[], count: number): string {
  const shown = names.slice(0, mostNamed);
  const rest = count - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest.toLocaleString('en')} more` : shown.join(', ');
}
