import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { loadModel } from './library.ts';
import { createModelServer } from './serve.ts';

/**
 * A process that holds one model file and serves it on a unix socket. Its first line of input says which; it says `ready` when
 * it can be called, and ends when its input does, so that it never outlives the server.
 */
const config = z.object({
  library: z.string(),
  modelPath: z.string(),
  contextSize: z.number().int(),
  socketPath: z.string(),
  secret: z.string(),
});

async function isServed(socketPath: string): Promise<boolean> {
  const socket = net.connect(socketPath);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function start(given: z.output<typeof config>): Promise<void> {
  const { socketPath, secret, modelPath } = given;
  // Another web process of this machine has the model in memory already.
  if (await isServed(socketPath)) return process.exit(0);
  const model = await loadModel(given);
  await mkdir(path.dirname(socketPath), { recursive: true, mode: 0o700 });
  await rm(socketPath, { force: true });
  createModelServer({ model, name: path.basename(modelPath, '.gguf'), secret }).listen(socketPath, () =>
    process.stdout.write('ready\n'),
  );
}

const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  start(config.parse(JSON.parse(line))).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
});
lines.once('close', () => process.exit(0));
