import { z } from 'zod';

/** Which program an MCP server is. */
export const mcpSource = z.discriminatedUnion('kind', [
  /** A package of npm, in one version and with the bytes that the registry said it has. */
  z.object({
    kind: z.literal('package'),
    package: z.string(),
    version: z.string(),
    /** As the registry tells it: `npm view PACKAGE@VERSION dist.integrity`. */
    integrity: z.string(),
  }),
  /** A program of the server, by its path in the sandbox, with a folder that it is in when that is not the system's. */
  z.object({ kind: z.literal('program'), program: z.string(), folder: z.string().nullable() }),
  /** A service that is spoken with by streamable HTTP. `local`: nothing leaves the installation's own network. */
  z.object({ kind: z.literal('http'), url: z.string(), place: z.enum(['local', 'remote']) }),
]);
export type McpSource = z.infer<typeof mcpSource>;

/** A tool as its server tells of it. */
export type McpTool = {
  name: string;
  description: string;
  /** The server says that it only reads. Admins decide whether to believe it. */
  saysReadOnly: boolean;
};

/** Without `_`, so that the name of a tool with its server's before it can be taken apart. */
export const mcpServerName = /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/;

/** A server as a repository's `.mcp.json` names it. */
export type AskedServer = { name: string; command: readonly string[] } | { name: string; url: string };

const mostAsked = 50;
const entry = z.object({
  command: z.string().max(2000).optional(),
  args: z.array(z.string().max(4000)).max(200).catch([]).default([]),
  url: z.string().max(2000).optional(),
});
const mcpFile = z.object({ mcpServers: z.record(z.string(), z.unknown()) });

/** What a repository's `.mcp.json` asks for; nothing for a file that cannot be read as one. */
export function readMcpFile(text: string): AskedServer[] {
  const parsed = mcpFile.safeParse(jsonOf(text));
  if (!parsed.success) return [];
  return Object.entries(parsed.data.mcpServers).slice(0, mostAsked).map(askedServer);
}

function askedServer([given, value]: [string, unknown]): AskedServer {
  const name = given.slice(0, 100);
  const { data } = entry.safeParse(value);
  if (data?.url !== undefined && data.command === undefined) return { name, url: data.url };
  return { name, command: data?.command === undefined ? [] : [data.command, ...data.args] };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const runners = new Set(['npx', 'bunx', 'pnpx']);

/**
 * Whether what a repository asks for is the program that an admin named. A package may be asked for without a version, which is
 * then the admin's, and its arguments are the admin's in any case. A program is the same with the same arguments, since it may be an
 * interpreter. A service is the same by its address. Variables and headers of the repository never count.
 */
export function isSameProgram(
  asked: AskedServer,
  { source, args: named }: { source: McpSource; args: readonly string[] },
): boolean {
  if (!('command' in asked)) return source.kind === 'http' && URL.parse(asked.url)?.href === source.url;
  if (source.kind === 'http') return false;
  const [program = '', ...args] = asked.command;
  if (source.kind === 'package') return runners.has(lastPart(program)) && isSamePackage(args, source);
  const isSame = program === source.program || program === lastPart(source.program);
  return isSame && args.length === named.length && args.every((word, at) => word === named[at]);
}

/** Among the arguments of `npx` and its like, the package is the first that is no option. */
function isSamePackage(args: readonly string[], source: Extract<McpSource, { kind: 'package' }>): boolean {
  const wanted = args.find((word) => !word.startsWith('-')) ?? '';
  const at = wanted.indexOf('@', 1);
  const [name, version] = at === -1 ? [wanted] : [wanted.slice(0, at), wanted.slice(at + 1)];
  return name === source.package && (version === undefined || version === 'latest' || version === source.version);
}

const lastPart = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Which program it is, in a few words. */
export function sourceWords(source: McpSource): string {
  if (source.kind === 'package') return `${source.package}@${source.version}`;
  return source.kind === 'http' ? source.url : source.program;
}
