import { z } from 'zod';

/** One message of the Model Context Protocol (JSON-RPC 2.0), as far as tools need it. Batches are none. */
const id = z.union([z.string(), z.number()]);
const message = z.object({
  id: id.optional(),
  method: z.string().max(200).optional(),
  params: z.record(z.string(), z.unknown()).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});

export type McpId = z.infer<typeof id>;
export type McpMessage = z.infer<typeof message>;

/** Undefined for what is none; servers print to their standard output what belongs into their log. */
export function readMcpMessage(given: unknown): McpMessage | undefined {
  const parsed = message.safeParse(given);
  return parsed.success ? parsed.data : undefined;
}

export function readMcpLine(line: string): McpMessage | undefined {
  try {
    return readMcpMessage(JSON.parse(line));
  } catch {
    return undefined;
  }
}

export const asMcpText = (given: McpMessage): string => JSON.stringify({ jsonrpc: '2.0', ...given });

/** The revision of the protocol that the host speaks. */
export const mcpProtocolVersion = '2025-06-18';

/** In the place of an answer to a call that was not made, as its model reads it. */
export const refusedCall = (reason: string): McpMessage => ({
  result: { content: [{ type: 'text', text: reason }], isError: true },
});

export const failed = (words: string, code = -32_603): McpMessage => ({ error: { code, message: words } });

export const unknownMethod = -32_601;
