import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { McpTool } from '../../core/mcp-server.ts';
import { env } from '../../platform/env.ts';
import type { McpServerRow } from '../../runs/mcp/mcp-server-input.ts';
import { nodeMount, spawnInSandbox } from '../../workspace/sandbox.ts';
import { createOutputTail } from '../output-tail.ts';
import { McpError, openMcpClient } from './mcp-client.ts';
import { mcpStart } from './mcp-start.ts';

const answerMs = 30_000;

/**
 * Starts a server in a box of its own, with an empty folder as its worktree, and asks it for its tools.
 * @throws AppError `unavailable` with what it said when it did not work
 */
export async function tryMcpServer(server: McpServerRow, signal: AbortSignal): Promise<McpTool[]> {
  const work = path.join(env().dataDir, 'agents', 'work');
  await mkdir(work, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(path.join(work, 'try-'));
  try {
    const { command, mounts } = await mcpStart(server, folder);
    const box = spawnInSandbox({ readOnly: [nodeMount(), ...mounts], timeoutMs: 2 * answerMs }, [command]);
    const words = createOutputTail(2_000);
    box.stderr.on('data', (chunk: Buffer) => words.add(chunk));
    try {
      const client = await openMcpClient(box, AbortSignal.any([signal, AbortSignal.timeout(answerMs)]));
      return (await client.listTools()).map(({ name, description, annotations }) => ({
        name,
        description: description.slice(0, 500).toWellFormed(),
        saysReadOnly: annotations?.readOnlyHint === true,
      }));
    } catch (error) {
      throw error instanceof McpError ? failure(error, words.text()) : error;
    } finally {
      box.kill();
      await box.exited;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function failure({ message }: McpError, words: string): AppError {
  const said = words.trim();
  return new AppError(
    'unavailable',
    `It was started in the sandbox and did not tell its tools. ${message}${said === '' ? '' : ` It wrote: ${said.slice(-600).toWellFormed()}`} In the sandbox it has no network and only the files of its own folder.`,
  );
}
