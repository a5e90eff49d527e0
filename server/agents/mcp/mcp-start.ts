import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mcpVariablesOf, type McpServerRow } from '../../runs/mcp/mcp-server-input.ts';
import type { Mount } from '../../workspace/sandbox-arguments.ts';
import { mcpMount, mcpProgram, type ProgramSource } from './mcp-files.ts';

/** What starts a server in a box of its own, without further arguments and variables. */
export type McpStart = { command: string; mounts: readonly Mount[] };

/**
 * Writes how a server is started into a folder of the host that its box sees at one path, and no other box. It starts with nothing but what the
 * admin's list says: what a repository's settings would add to its arguments or variables has no effect on it.
 * @throws AppError `unavailable` when its program is not on this machine
 */
export async function mcpStart(server: McpServerRow, source: ProgramSource, folder: string): Promise<McpStart> {
  const { name, args } = server;
  const { command, mounts } = mcpProgram(name, source);
  const variables = { ...usual, ...mcpVariablesOf(server) };
  const words = [...Object.entries(variables).map(([key, value]) => `${key}=${value}`), ...command, ...args];
  const file = path.join(folder, 'mcp', name);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `#!/bin/sh\nexec /usr/bin/env -i ${words.map(quoted).join(' ')}\n`, { mode: 0o755 });
  const inside = path.posix.join(mcpMount, 'start', name);
  return { command: inside, mounts: [...mounts, [file, inside]] };
}

const usual = { PATH: '/opt/node/bin:/usr/bin:/bin', HOME: '/tmp', TMPDIR: '/tmp', LANG: 'C.UTF-8' };

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
