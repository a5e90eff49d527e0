import type * as acp from '@agentclientprotocol/sdk';
import { McpError, openMcpClient } from '../../mcp/mcp-client.ts';
import { startHelper } from '../../../platform/process.ts';
import { mcpTools } from './mcp-tools.ts';
import type { Tool } from './tool.ts';

/** The MCP servers of a session: their tools, and in words which of them did not start. */
export type SessionMcp = { tools: readonly Tool[]; missing: string[] };

const startMs = 30_000;

/**
 * Starts the servers that the host named, each a program beside this one, and asks for their tools. They live as long as this process does.
 * Never rejects: a server that does not start is one of `missing`.
 */
export async function startMcpServers(servers: readonly acp.McpServer[], root: string): Promise<SessionMcp> {
  const programs = servers.flatMap((server) => ('command' in server ? [server] : []));
  const started = await Promise.all(programs.map((program) => toolsOf(program, root)));
  const listed = started.flatMap((one) => (typeof one === 'string' ? [] : [one]));
  const { tools, left } = mcpTools(listed);
  const missing = started.filter((one) => typeof one === 'string');
  return { tools, missing: left === 0 ? missing : [...missing, `${left} tools of MCP servers are more than fit.`] };
}

async function toolsOf(program: acp.McpServerStdio, root: string) {
  const { name } = program;
  const tooLate = new AbortController();
  const child = startProgram(program, root);
  const late = setTimeout(() => tooLate.abort(), startMs);
  try {
    const { stdin, stdout } = child;
    if (!stdin || !stdout) throw new McpError('It has no streams.');
    const client = await openMcpClient({ stdin, stdout }, tooLate.signal);
    return { server: name, client, tools: await client.listTools() };
  } catch (error) {
    child.kill();
    return `The MCP server ${name} did not start: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    clearTimeout(late);
  }
}

function startProgram({ command, args, env }: acp.McpServerStdio, cwd: string) {
  const given = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  // The key to models is nothing of its; what it writes to its log is the box's.
  const own = { NODE_ENV: 'production', PATH: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' } as const;
  const child = startHelper(command, args, { cwd, env: { ...own, ...given }, stdio: ['pipe', 'pipe', 'inherit'] });
  // One that cannot be started closes its streams.
  child.on('error', () => undefined);
  return child;
}
