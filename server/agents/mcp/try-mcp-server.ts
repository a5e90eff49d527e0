import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { duplexPair } from 'node:stream';
import { AppError } from '../../core/errors.ts';
import type { McpTool } from '../../core/mcp-server.ts';
import { env } from '../../platform/env.ts';
import { mcpVariablesOf, type McpServerRow } from '../../runs/mcp/mcp-server-input.ts';
import { nodeMount, spawnInSandbox } from '../../workspace/sandbox.ts';
import { createOutputTail } from '../output-tail.ts';
import { McpError, openMcpClient } from './mcp-client.ts';
import type { ProgramSource } from './mcp-files.ts';
import { passMcp } from './mcp-passage.ts';
import { serviceBackend } from './mcp-service.ts';
import { mcpStart } from './mcp-start.ts';

const answerMs = 30_000;

/**
 * Asks a server for its tools: a service where it is, a program in a box of its own, with an empty folder as its worktree.
 * @throws AppError `unavailable` with what it said when it did not work
 */
export async function tryMcpServer(server: McpServerRow, signal: AbortSignal): Promise<McpTool[]> {
  const { source } = server;
  return source.kind === 'http' ? tryService(server, source.url, signal) : tryProgram(server, source, signal);
}

async function tryService(server: McpServerRow, url: string, signal: AbortSignal): Promise<McpTool[]> {
  const [near, far] = duplexPair();
  const open = serviceBackend({ url, headers: mcpVariablesOf(server) });
  const judge = () => Promise.resolve({ allowed: false as const, reason: 'It is only asked for its tools.' });
  const passing = passMcp(far, { open, judge });
  try {
    return await toolsOf({ stdin: near, stdout: near }, signal);
  } catch (error) {
    if (!(error instanceof McpError)) throw error;
    throw new AppError('unavailable', `It did not tell its tools. ${error.message}`);
  } finally {
    near.end();
    await passing;
  }
}

async function toolsOf(streams: Parameters<typeof openMcpClient>[0], signal: AbortSignal): Promise<McpTool[]> {
  const client = await openMcpClient(streams, AbortSignal.any([signal, AbortSignal.timeout(answerMs)]));
  return (await client.listTools()).map(({ name, description, annotations }) => ({
    name,
    description: description.slice(0, 500).toWellFormed(),
    saysReadOnly: annotations?.readOnlyHint === true,
  }));
}

async function tryProgram(server: McpServerRow, source: ProgramSource, signal: AbortSignal): Promise<McpTool[]> {
  const work = path.join(env().dataDir, 'agents', 'work');
  await mkdir(work, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(path.join(work, 'try-'));
  try {
    const { command, mounts } = await mcpStart(server, source, folder);
    const box = spawnInSandbox({ readOnly: [nodeMount(), ...mounts], timeoutMs: 2 * answerMs }, [command]);
    const words = createOutputTail(2_000);
    box.stderr.on('data', (chunk: Buffer) => words.add(chunk));
    try {
      return await toolsOf(box, signal);
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
