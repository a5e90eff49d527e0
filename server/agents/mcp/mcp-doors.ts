import { mkdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { log } from '../../platform/log.ts';
import { newSocketPath } from '../../platform/socket-path.ts';
import type { Mount } from '../../workspace/sandbox-arguments.ts';
import { mcpMount } from './mcp-files.ts';
import { passMcp, type JudgeCall, type OpenBackend } from './mcp-passage.ts';

/** A server that a run is given. */
export type GivenServer = {
  /** Its name on the list. */
  name: string;
  /** What the agent calls it. */
  calledAs: string;
  open: OpenBackend;
};

/** What an agent starts a server by: a program of ours in its box, which reaches the server through the host. */
export type McpRelay = { name: string; command: string; mounts: readonly Mount[]; socket: Mount };

export type McpDoors = { relays: readonly McpRelay[]; close(): Promise<void> };

/** An agent may start a server anew, beside the one before. */
const maxConnections = 4;

/**
 * Opens the way to each server of a run: a socket into the agent's box, before which every call is judged.
 * @param folder of the run on the host
 */
export async function openMcpDoors(
  servers: readonly GivenServer[],
  { folder, judge }: { folder: string; judge: (server: string) => JudgeCall },
): Promise<McpDoors> {
  const opened: { relay: McpRelay; close: () => Promise<void> }[] = [];
  const close = async () => void (await Promise.all(opened.map((door) => door.close())));
  try {
    for (const server of servers) opened.push(await openDoor(server, { folder, judge: judge(server.name) }));
  } catch (error) {
    await close();
    throw error;
  }
  return { relays: opened.map(({ relay }) => relay), close };
}

async function openDoor(
  { name, calledAs, open }: GivenServer,
  { folder, judge }: { folder: string; judge: JudgeCall },
): Promise<{ relay: McpRelay; close: () => Promise<void> }> {
  const socketPath = await newSocketPath('agents cannot reach MCP servers');
  const sockets = new Set<net.Socket>();
  const passing = new Set<Promise<void>>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    const passed = passMcp(socket, { open, judge }).catch((error: unknown) => {
      log().error({ err: error, server: name }, 'an MCP server could not be reached');
      socket.destroy();
    });
    passing.add(passed);
    void passed.finally(() => passing.delete(passed));
  });
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  return {
    relay: await relayOf({ name, calledAs, folder, socketPath }),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await Promise.all([closed, ...passing]);
    },
  };
}

type RelayTo = { name: string; calledAs: string; folder: string; socketPath: string };

async function relayOf({ name, calledAs, folder, socketPath }: RelayTo): Promise<McpRelay> {
  const file = path.join(folder, 'mcp-relay', name);
  const inside = `/run/mcp-${name}.sock`;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(
    file,
    `#!/bin/sh\nPATH=/usr/local/bin:/usr/bin:/bin\nexport PATH\nexec socat -t 3600 - UNIX-CONNECT:${inside}\n`,
    { mode: 0o755 },
  );
  const command = path.posix.join(mcpMount, 'start', name);
  return { name: calledAs, command, mounts: [[file, command]], socket: [socketPath, inside] };
}
