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
]);
export type McpSource = z.infer<typeof mcpSource>;

/** A tool as its server tells of it. */
export type McpTool = {
  name: string;
  description: string;
  /** The server says that it only reads. Admins decide whether to believe it. */
  saysReadOnly: boolean;
};
