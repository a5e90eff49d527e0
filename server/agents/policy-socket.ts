import net from 'node:net';
import { log } from '../platform/log.ts';
import { newSocketPath } from '../platform/socket-path.ts';
import type { Mount } from '../workspace/sandbox-arguments.ts';
import { policySocketInside } from './policy-hook.ts';

export type HookAnswer = { allowed: true } | { allowed: false; reason: string };

export type PolicySocket = { mount: Mount; close(): Promise<void> };

/** A whole file may stand in what an agent says it wants to write. */
const maxCallBytes = 16 * 1024 * 1024;
const maxConnections = 32;
const pulseMs = 1_000;

/**
 * The socket on which one run's agent asks before each tool. Whoever calls writes one call and reads one answer. Every way
 * in which this can go wrong ends without an allowance.
 * @param answer gets what was said, and a signal that aborts when nobody waits for the answer any more
 */
export async function openPolicySocket(
  runId: string,
  answer: (call: string, signal: AbortSignal) => Promise<HookAnswer>,
): Promise<PolicySocket> {
  const socketPath = await newSocketPath('agents cannot ask before they act');
  const open = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    serve(socket, answer).catch((error: unknown) => {
      log().error({ err: error, runId }, 'a question of a policy hook was not answered');
      socket.destroy();
    });
  });
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  return {
    mount: [socketPath, policySocketInside],
    close: () =>
      new Promise((resolve) => {
        // Node removes the socket's file with it.
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

async function serve(
  socket: net.Socket,
  answer: (call: string, signal: AbortSignal) => Promise<HookAnswer>,
): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  socket.on('error', () => gone.abort());
  const call = await readCall(socket);
  if (call === undefined) return void socket.destroy();
  // Whoever has said everything is not heard leaving; writing to nobody fails.
  const pulse = setInterval(() => socket.write('\n'), pulseMs);
  try {
    const given = await answer(call, gone.signal);
    if (!gone.signal.aborted) socket.end(`${JSON.stringify(hookOutput(given))}\n`);
  } finally {
    clearInterval(pulse);
  }
}

/** Undefined when it is too long, or whoever calls is gone before its end. */
async function readCall(socket: net.Socket): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxCallBytes) resolve(undefined);
      else chunks.push(chunk);
    });
    socket.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    socket.once('close', () => resolve(undefined));
  });
}

/** The form both Claude Code and Codex read. */
function hookOutput(answer: HookAnswer) {
  const decision = answer.allowed
    ? { permissionDecision: 'allow' }
    : { permissionDecision: 'deny', permissionDecisionReason: answer.reason };
  return { hookSpecificOutput: { hookEventName: 'PreToolUse', ...decision } };
}
