import { z } from 'zod';
import { actionReachSchema } from './action-reach.ts';

/**
 * One thing an agent wants to do, as a plain value, whichever way it was asked: by an agent's policy hook, by a question of
 * the protocol, or by a call of the host. It was read from what an agent said, which is not trusted. Paths are relative to
 * the repository; what lies outside keeps its absolute path.
 */
const path = z.string();
/** A file before and after; `oldText` null is a new file, `newText` null a deleted one. */
const fileChange = z.object({
  path,
  oldText: z.string().nullable(),
  newText: z.string().nullable(),
  /** The texts are the changed places alone, since the whole could not be told. */
  isPart: z.boolean().optional(),
});

export const agentActionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('command'),
    command: z.string(),
    cwd: path,
    /** What it comes to once it is taken apart: each command, and what it comes through. */
    steps: z.array(z.object({ text: z.string(), via: z.array(z.string()) })).optional(),
    reach: actionReachSchema.optional(),
  }),
  z.object({ kind: z.literal('edit'), changes: z.array(fileChange), reach: actionReachSchema.optional() }),
  z.object({ kind: z.literal('read'), paths: z.array(path) }),
  z.object({ kind: z.literal('fetch'), address: z.string() }),
  z.object({ kind: z.literal('mcp'), server: z.string(), name: z.string(), input: z.string() }),
  /** Plans, lists of what is to be done, thoughts: nothing outside the agent is touched. */
  z.object({ kind: z.literal('quiet') }),
  z.object({ kind: z.literal('other'), tool: z.string(), input: z.string() }),
]);

export type FileChange = z.infer<typeof fileChange>;
export type AgentAction = z.infer<typeof agentActionSchema>;

/** A rule that had a say, in words for people. */
export const actionRuleSchema = z.object({ id: z.string(), words: z.string() });
export type ActionRule = z.infer<typeof actionRuleSchema>;

export function isOutside(given: string): boolean {
  return given.startsWith('/');
}

/** One line that says what is to be done. */
export function actionTitle(action: AgentAction): string {
  switch (action.kind) {
    case 'command':
      return action.command;
    case 'edit':
      return editTitle(action.changes);
    case 'read':
      return `Read ${listed(action.paths)}`;
    case 'fetch':
      return `Fetch ${action.address}`;
    case 'mcp':
      return `${action.name} of ${action.server}`;
    case 'quiet':
      return 'Plan';
    case 'other':
      return action.tool;
  }
}

function editTitle(changes: readonly FileChange[]): string {
  const verbs = new Set(changes.map(({ oldText, newText }) => verbOf(oldText, newText)));
  const [verb = 'Change'] = verbs;
  return `${verbs.size > 1 ? 'Change' : verb} ${listed(changes.map((change) => change.path))}`;
}

function verbOf(oldText: string | null, newText: string | null): string {
  if (newText === null) return 'Delete';
  return oldText === null ? 'Create' : 'Change';
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  if (paths.length === 0) return 'files';
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}
