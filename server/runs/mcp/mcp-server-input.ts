import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { mcpServerName, type McpSource } from '../../core/mcp-server.ts';
import { seal, unseal } from '../../platform/secrets.ts';
import { allowedFolder } from '../agents/custom-agent-input.ts';

const line = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !/[\0\n\r]/.test(text), 'Write it on one line');

const packageIdentity = z.object({
  kind: z.literal('package'),
  package: z
    .string()
    .trim()
    .max(214)
    .regex(/^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/, 'The name of a package, as npm has it'),
  version: z
    .string()
    .trim()
    .max(100)
    .regex(/^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/, 'One exact version, as in 1.2.3'),
  integrity: z
    .string()
    .trim()
    .max(200)
    .regex(/^sha512-[A-Za-z0-9+/]{86}==$/, 'What npm view PACKAGE@VERSION dist.integrity prints: sha512-…'),
});

const programIdentity = z.object({
  kind: z.literal('program'),
  program: line(1000).trim().regex(/^\//, 'The whole path, as it is in the sandbox'),
  /** A folder of the server, seen in the sandbox at /opt/mcp/NAME. */
  folder: z.string().trim().max(1000).optional(),
});

const ids = z.array(z.string().max(100)).max(500).default([]);
const toolNames = z.array(line(200).trim().min(1)).max(500).default([]);

const fields = {
  description: z.string().trim().max(500).default(''),
  identity: z.discriminatedUnion('kind', [packageIdentity, programIdentity]),
  args: z.array(line(1000)).max(50).default([]),
  isAlwaysGiven: z.boolean().default(false),
  teamIds: ids,
  projectIds: ids,
  readTools: toolNames,
  otherTools: z.enum(['ask', 'deny']).default('ask'),
};

const variables = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,100}$/, 'A variable has letters, digits and _ in its name'),
    line(4000),
  )
  .refine((given) => Object.keys(given).length <= 50, 'At most 50 variables');

export const addMcpServerInput = z.object({
  name: z.string().regex(mcpServerName, 'Small letters, digits and hyphens, 2 to 40 of them, a letter first'),
  ...fields,
  env: variables.default({}),
});

export const changeMcpServerInput = z.object({
  mcpServerId: z.string(),
  version: z.number().int(),
  ...fields,
  /** Left out: the variables stay as they are. */
  env: variables.optional(),
});

export const mcpServerIdInput = z.object({ mcpServerId: z.string() });

export type McpServerRow = typeof schema.mcpServer.$inferSelect;

const purpose = 'mcp-server-env';

export const sealMcpVariables = (given: Readonly<Record<string, string>>) =>
  Object.keys(given).length === 0 ? null : seal(purpose, JSON.stringify(given));

/** The variables of a server in clear, for its start. */
export function mcpVariablesOf({ envSealed }: McpServerRow): Record<string, string> {
  return envSealed === null ? {} : variables.parse(JSON.parse(unseal(purpose, envSealed)));
}

/** @throws AppError `invalid` for a folder that must not be seen */
export function sourceOf(identity: z.infer<typeof fields.identity>): McpSource {
  if (identity.kind === 'package') return identity;
  const { kind, program, folder } = identity;
  return { kind, program, folder: allowedFolder(folder) };
}

/** What the audit log says of a server; never a value of a variable. */
export function auditedServer(row: Omit<typeof schema.mcpServer.$inferInsert, 'id' | 'createdBy'>) {
  const { name, source, args, envNames, isAlwaysGiven, teamIds, projectIds, readTools, otherTools } = row;
  return { name, source, args, variables: envNames, isAlwaysGiven, teamIds, projectIds, readTools, otherTools };
}

/** @throws AppError `conflict` when another server has the name */
export async function requireFreeServerName(ctx: Context, name: string): Promise<void> {
  const { mcpServer } = schema;
  const [taken] = await ctx.db.select({ id: mcpServer.id }).from(mcpServer).where(eq(mcpServer.name, name));
  if (taken) throw new AppError('conflict', `There is an MCP server called ${name} already. Choose another name.`);
}

/** @throws AppError `not_found` */
export async function getMcpServer(ctx: Context, id: string): Promise<McpServerRow> {
  const [row] = await ctx.db.select().from(schema.mcpServer).where(eq(schema.mcpServer.id, id));
  if (!row) throw new AppError('not_found', 'There is no such MCP server. Someone may have removed it.');
  return row;
}
