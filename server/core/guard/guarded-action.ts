import { z } from 'zod';

/** What an agent wants to do, as it is judged, looked at again and kept: texts may be cut. */
export const guardedAction = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command'), command: z.string(), cwd: z.string().optional() }),
  z.object({
    kind: z.literal('edit'),
    path: z.string(),
    oldText: z.string().nullable(),
    newText: z.string().nullable(),
  }),
  /** By a tool of the agent; the path is empty where it looks through the whole project. */
  z.object({ kind: z.literal('read'), path: z.string() }),
  z.object({ kind: z.literal('fetch'), address: z.string() }),
  z.object({ kind: z.literal('mcp'), server: z.string(), name: z.string(), input: z.string() }),
  z.object({ kind: z.literal('other'), tool: z.string(), input: z.string() }),
]);
export type GuardedAction = z.infer<typeof guardedAction>;

export const guardedKinds = [
  'command',
  'edit',
  'read',
  'fetch',
  'mcp',
  'other',
] as const satisfies GuardedAction['kind'][];

/** What the guard's own rules are about. Of the rest only people, policies and modes say something. */
export type RuledAction = Extract<GuardedAction, { kind: 'command' | 'edit' }>;

export const isRuled = (action: GuardedAction): action is RuledAction =>
  action.kind === 'command' || action.kind === 'edit';

export const mostKeptText = 8_000;

/** One line that names an action. */
export function actionLine(action: GuardedAction): string {
  switch (action.kind) {
    case 'command':
      return action.command;
    case 'edit':
      return `${action.newText === null ? 'Delete' : 'Change'} ${action.path}`;
    case 'read':
      return `Read ${action.path === '' ? 'the project' : action.path}`;
    case 'fetch':
      return `Fetch ${action.address}`;
    case 'mcp':
      return `${action.name} of ${action.server} ${action.input}`.trimEnd();
    case 'other':
      return `${action.tool} ${action.input}`.trimEnd();
  }
}
