import type * as acp from '@agentclientprotocol/sdk';
import { z } from 'zod';
import type { ToolDefinition } from './model-client.ts';
import type { SeenFiles } from './seen-files.ts';
import type { TurnHost } from './turn-host.ts';

/** A call went wrong in a way that the model can do something about: the message tells it what. */
export class ToolError extends Error {
  override name = 'ToolError';
}

/** What tools share while they work on a turn. */
export type ToolContext = { host: TurnHost; seen: SeenFiles };

/** What a tool does to the world: nothing, a change of files, or whatever its command does. */
export type ToolEffect = 'none' | 'edit' | 'run';

/** Adds to what people see of a call while it works. */
export type ShowContent = (content: acp.ToolCallContent[]) => Promise<void>;

/** A call looked at before it is done: what people are shown, and what is left to do. */
export type PreparedCall = {
  title: string;
  paths?: readonly string[];
  /** Left out: the arguments as the model gave them. */
  input?: Readonly<Record<string, unknown>>;
  diff?: { path: string; before: string | null; after: string };
  /** Does it. */
  perform(show: ShowContent): Promise<CallOutcome>;
};

export type CallOutcome = {
  /** For the model. */
  text: string;
  /** For people, where they see something else than the model; null where they see it already. */
  shown?: string | null;
  isFailed?: boolean;
  /** The turn ends after this step: people are to answer. */
  endsTurn?: boolean;
};

/** A tool as the loop knows it: `prepare` reads the arguments first. */
export type Tool = {
  name: string;
  kind: acp.ToolKind;
  effect: ToolEffect;
  /** Not shown as a card of its own: what it does is shown elsewhere. */
  isQuiet: boolean;
  /** What the host knows it by, for a tool of somebody else; its arguments have names of their own. */
  foreignName?: string;
  definition: ToolDefinition;
  /** @throws ToolError in words for the model */
  prepare(args: unknown, context: ToolContext): Promise<PreparedCall>;
};

type ToolSpec<Schema extends z.ZodType> = {
  name: string;
  description: string;
  kind: acp.ToolKind;
  effect: ToolEffect;
  isQuiet?: boolean;
  schema: Schema;
  prepare(args: z.infer<Schema>, context: ToolContext): Promise<PreparedCall> | PreparedCall;
};

export function defineTool<Schema extends z.ZodType>(spec: ToolSpec<Schema>): Tool {
  const { name, description, kind, effect, schema } = spec;
  const { $schema: _, ...parameters } = z.toJSONSchema(schema, { io: 'input' });
  return {
    name,
    kind,
    effect,
    isQuiet: spec.isQuiet ?? false,
    definition: { type: 'function', function: { name, description, parameters } },
    prepare: async (args, context) => {
      const parsed = schema.safeParse(args);
      if (!parsed.success) throw new ToolError(wrongArguments(name, parsed.error));
      return spec.prepare(parsed.data, context);
    },
  };
}

function wrongArguments(name: string, error: z.ZodError): string {
  const problems = error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`);
  return `The arguments of ${name} are not right: ${problems.join('; ')}. Call it again with arguments that fit.`;
}
