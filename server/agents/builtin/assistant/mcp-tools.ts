import { z } from 'zod';
import { McpError, type ListedTool, type McpClient } from '../../mcp/mcp-client.ts';
import { foldMiddle } from './fold-text.ts';
import { ToolError, type Tool } from './tool.ts';

/** A server that has started, with what it says of its tools. */
export type StartedServer = { server: string; client: Pick<McpClient, 'callTool'>; tools: readonly ListedTool[] };

/** Providers take few tools at once, and each takes room that the conversation needs. */
const mostTools = 90;
const mostDescriptionChars = 2_000;
const mostSchemaChars = 12_000;
/** People may be asked about a call meanwhile. */
const callMs = 12 * 60_000;
const folded = { headChars: 12_000, tailChars: 6_000 };

/** The tools of MCP servers as the loop knows tools; `left`: how many were too many. */
export function mcpTools(servers: readonly StartedServer[]): { tools: Tool[]; left: number } {
  const named = new Map<string, Tool>();
  let left = 0;
  for (const started of servers)
    for (const tool of started.tools) {
      const name = offeredName(started.server, tool.name, named);
      if (named.size >= mostTools) left += 1;
      else named.set(name, toolOf(started, tool, name));
    }
  return { tools: [...named.values()], left };
}

/** Names that every provider takes: letters, digits, `_` and `-`, at most 64. */
function offeredName(server: string, tool: string, taken: ReadonlyMap<string, unknown>): string {
  const plain = `mcp__${server}__${tool}`.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 64);
  if (!taken.has(plain)) return plain;
  for (let at = 2; ; at += 1) {
    const name = `${plain.slice(0, 60)}_${at}`;
    if (!taken.has(name)) return name;
  }
}

function toolOf({ server, client }: StartedServer, listed: ListedTool, name: string): Tool {
  const description = `${listed.description.slice(0, mostDescriptionChars).toWellFormed()} (A tool of the MCP server ${server}.)`;
  return {
    name,
    kind: 'other',
    // The host knows which of them only read.
    effect: 'run',
    isQuiet: false,
    foreignName: `mcp__${server}__${listed.name}`,
    definition: { type: 'function', function: { name, description, parameters: parametersOf(listed) } },
    prepare: (args, { host }) => {
      const input = argumentsOf(args);
      return Promise.resolve({
        title: `${listed.name} of ${server}`,
        input,
        async perform() {
          const { text, isError } = await client
            .callTool(listed.name, input, AbortSignal.any([host.signal, AbortSignal.timeout(callMs)]))
            .catch((error: unknown) => {
              throw error instanceof McpError ? new ToolError(`${server}: ${error.message}`) : error;
            });
          const shown = text === '' ? '(no output)' : text;
          return { text: foldMiddle(shown, folded), shown, isFailed: isError };
        },
      });
    },
  };
}

function parametersOf({ inputSchema }: ListedTool): Readonly<Record<string, unknown>> {
  const { $schema: _, ...schema } = inputSchema;
  const isTooLong = JSON.stringify(schema).length > mostSchemaChars;
  return isTooLong ? { type: 'object' } : { properties: {}, ...schema, type: 'object' };
}

const anObject = z.record(z.string(), z.unknown());

function argumentsOf(args: unknown): Record<string, unknown> {
  const parsed = anObject.safeParse(args);
  if (!parsed.success) throw new ToolError('The arguments of a tool are one JSON object.');
  return parsed.data;
}
