import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { and, eq, ne } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { env } from '../../platform/env.ts';
import { seal, unseal } from '../../platform/secrets.ts';
import { knownAgents } from '../list-agents.ts';

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !/[\0\n\r]/.test(text), 'Write it on one line');

const fields = {
  title: line(80),
  description: z.string().trim().max(500).default(''),
  /** The program and its arguments, as they are in the box. */
  argv: z.array(line(1000)).min(1, 'Enter the program').max(50),
  /** A folder of the server, seen in the box at /opt/agent. */
  folder: z.string().trim().max(1000).optional(),
  needsModel: z.boolean().default(true),
};

const variables = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,100}$/, 'A variable has letters, digits and _ in its name'),
    z.string().max(4000),
  )
  .refine((given) => Object.keys(given).length <= 50, 'At most 50 variables');

export const addCustomAgentInput = z.object({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,39}$/, 'Small letters, digits and hyphens, 2 to 40 of them, a letter first'),
  ...fields,
  env: variables.default({}),
});

export const changeCustomAgentInput = z.object({
  customAgentId: z.string(),
  version: z.number().int(),
  ...fields,
  /** Left out: the variables stay as they are. */
  env: variables.optional(),
});

export type CustomAgentRow = typeof schema.customAgent.$inferSelect;

const purpose = 'custom-agent-env';

export const sealVariables = (given: Readonly<Record<string, string>>) =>
  Object.keys(given).length === 0 ? null : seal(purpose, JSON.stringify(given));

/** The variables of an agent in clear, for its box. */
export function variablesOf({ envSealed }: CustomAgentRow): Record<string, string> {
  return envSealed === null ? {} : variables.parse(JSON.parse(unseal(purpose, envSealed)));
}

/** What the audit log says of an agent; never a value of a variable. */
export function auditedAgent(
  row: Pick<CustomAgentRow, 'name' | 'title' | 'command' | 'folder' | 'envNames' | 'needsModel'>,
) {
  const { name, title, command, folder, envNames, needsModel } = row;
  return { name, title, command, folder, variables: envNames, needsModel };
}

/** @throws AppError `conflict` when another agent has the name */
export async function requireFreeAgentName(ctx: Context, name: string, besides = ''): Promise<void> {
  const { customAgent } = schema;
  const [taken] = await ctx.db
    .select({ id: customAgent.id })
    .from(customAgent)
    .where(and(eq(customAgent.name, name), ne(customAgent.id, besides)));
  const known = (await knownAgents(ctx)).some((agent) => agent.name === name && agent.isCustom !== true);
  if (taken || known) throw new AppError('conflict', `There is an agent called ${name} already. Choose another name.`);
}

/**
 * The folder as it is on disk. What Ensemble keeps of people must not come into a box by it.
 * @throws AppError `invalid`
 */
export function allowedFolder(given: string | undefined): string | null {
  if (given === undefined || given === '') return null;
  if (!path.isAbsolute(given)) throw new AppError('invalid', 'Write the folder as a whole path, from / on.');
  if (statSync(given, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new AppError('invalid', `There is no folder ${given} on the server.`);
  const folder = realpathSync(given);
  const own = realpathSync(env().dataDir);
  const within = (inner: string, outer: string) => `${inner}/`.startsWith(`${outer}/`);
  if (folder.split('/').length < 3 || within(folder, own) || within(own, folder))
    throw new AppError(
      'invalid',
      `${given} holds more than an agent may see. Name the folder of the agent's own program, apart from the data folder of Ensemble.`,
    );
  return folder;
}
