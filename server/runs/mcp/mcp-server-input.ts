import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { mcpServerName, type McpSource } from '../../core/mcp-server.ts';
import { forbiddenHost } from '../../platform/ip-address.ts';
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

const serviceIdentity = z.object({
  kind: z.literal('http'),
  url: z.string().trim().max(2000),
  place: z.enum(['local', 'remote']).default('remote'),
});

const ids = z.array(z.string().max(100)).max(500).default([]);
const toolNames = z.array(line(200).trim().min(1)).max(500).default([]);

const fields = {
  description: z.string().trim().max(500).default(''),
  identity: z.discriminatedUnion('kind', [packageIdentity, programIdentity, serviceIdentity]),
  args: z.array(line(1000)).max(50).default([]),
  isAlwaysGiven: z.boolean().default(false),
  teamIds: ids,
  projectIds: ids,
  readTools: toolNames,
  otherTools: z.enum(['ask', 'deny']).default('ask'),
};

const variables = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,100}$/, 'A name has letters, digits, _ and, for a header, -'),
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

type Identity = z.infer<typeof fields.identity>;

/** @throws AppError `invalid` for a folder that must not be seen, and for what is no address; `forbidden` for one that is never called */
export async function sourceOf(identity: Identity): Promise<McpSource> {
  if (identity.kind === 'package') return identity;
  if (identity.kind === 'http') return { ...identity, url: await allowedAddress(identity.url) };
  const { kind, program, folder } = identity;
  return { kind, program, folder: allowedFolder(folder) };
}

async function allowedAddress(text: string): Promise<string> {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.hash !== '')
    throw new AppError(
      'invalid',
      'The address of a service begins with https:// or http:// and holds neither a name nor a password. Secrets belong into its headers.',
    );
  const reason = await forbiddenHost(url.hostname.replace(/^\[|\]$/g, ''));
  if (reason !== undefined)
    throw new AppError('forbidden', `${url.hostname} leads to ${reason}, which is never connected to.`);
  return url.href;
}

/** What the way to a service says by itself. */
const ownHeaders =
  /^(?:accept|connection|content-(?:length|type|encoding)|expect|host|keep-alive|mcp-.*|te|trailer|transfer-encoding|upgrade)$/i;

/** @throws AppError `invalid` for names that a program's variables, or a service's headers, cannot have */
export function requireNames(
  { kind }: Pick<Identity, 'kind'>,
  env: Readonly<Record<string, string>> | undefined,
): void {
  const isWrong = (name: string) => (kind === 'http' ? ownHeaders.test(name) : name.includes('-'));
  const wrong = Object.keys(env ?? {}).find(isWrong);
  if (wrong === undefined) return;
  const words =
    kind === 'http'
      ? `The header ${wrong} is Ensemble's own. Leave it out.`
      : `A variable has letters, digits and _ in its name: ${wrong} has not.`;
  throw new AppError('invalid', words);
}

/** What the audit log says of a server; never a value of a variable. */
export function auditedServer(row: Omit<typeof schema.mcpServer.$inferInsert, 'id' | 'createdBy'>) {
  const { name, source, args, envNames, isAlwaysGiven, teamIds, projectIds, readTools, otherTools } = row;
  return { name, source, args, variables: envNames, isAlwaysGiven, teamIds, projectIds, readTools, otherTools };
}

/** What is kept for a service is for its host alone. @throws AppError `invalid` when the kept values would go elsewhere */
export function requireSameKeeper(before: McpServerRow, after: McpSource): void {
  const keeperOf = (source: McpSource) => (source.kind === 'http' ? new URL(source.url).origin : 'a program');
  if (before.envSealed === null || keeperOf(before.source) === keeperOf(after)) return;
  throw new AppError(
    'invalid',
    'The values that are kept are not for this address. Write them anew, or add another server.',
  );
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
