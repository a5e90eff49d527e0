import { existsSync } from 'node:fs';
import path from 'node:path';
import type { OpenedProvider } from '../../governance/call-address.ts';
import { modelSnapshot } from '../../governance/model-snapshot.ts';
import { findLlamaPackage, modelsFolder } from '../../platform/llama-package.ts';
import { localModelSecret, localModelSocket } from '../../platform/local-model-address.ts';
import { log } from '../../platform/log.ts';
import { helperEnv, startHelper } from '../../platform/process.ts';

/**
 * Keeps a process for each provider that is a model file and switched on (docs/spec/gateway.md, GW85). One that ends is started
 * again after a pause that doubles up to a minute. `waiting` → `loading` → `ready`, and back to `waiting` when it ends.
 */
export type LocalModels = { stop(): Promise<void> };

type Child = ReturnType<typeof startHelper>;

type Held = {
  key: string;
  child: Child | undefined;
  startedAt: number;
  /** When it may be started again, in milliseconds of `performance.now()`. */
  notBefore: number;
  pauseMs: number;
};

export const defaultContextSize = 4_096;
const longestPauseMs = 60_000;

type Options = { lookEveryMs?: number; library?: () => string | undefined };

export function startLocalModels(options: Options = {}): LocalModels {
  const { lookEveryMs = 2_000, library = findLlamaPackage } = options;
  const held = new Map<string, Held>();
  let looking: Promise<void> = Promise.resolve();
  const look = () => {
    looking = looking
      .then(() => settle(held, library))
      .catch((error: unknown) => log().warn({ err: error }, 'models on this machine could not be looked after'));
  };
  const timer = setInterval(look, lookEveryMs);
  look();
  return {
    async stop() {
      clearInterval(timer);
      await looking;
      await Promise.all([...held.values()].map(({ child }) => end(child)));
    },
  };
}

const keyOf = ({ options }: OpenedProvider) => JSON.stringify([options.modelFile, options.contextSize]);

async function settle(held: Map<string, Held>, library: () => string | undefined): Promise<void> {
  const { providers } = await modelSnapshot();
  const wanted = new Map([...providers].filter(([, { kind }]) => kind === 'local_gguf'));
  for (const [id, { key, child }] of held) {
    const provider = wanted.get(id);
    if (provider && keyOf(provider) === key) continue;
    held.delete(id);
    await end(child);
  }
  const file = wanted.size === 0 ? undefined : library();
  for (const provider of wanted.values()) {
    const known = held.get(provider.id) ?? {
      key: keyOf(provider),
      child: undefined,
      startedAt: 0,
      notBefore: 0,
      pauseMs: 1_000,
    };
    held.set(provider.id, known);
    if (file !== undefined && !known.child && performance.now() >= known.notBefore) begin(provider, known, file);
  }
}

function begin(provider: OpenedProvider, known: Held, library: string): void {
  const modelPath = path.join(modelsFolder(), path.basename(provider.options.modelFile ?? ''));
  if (!existsSync(modelPath)) return;
  const child = startHelper(process.execPath, [path.join(import.meta.dirname, 'main.ts')], {
    env: helperEnv(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  known.child = child;
  known.startedAt = performance.now();
  const { id: providerId } = provider;
  child.stdin?.on('error', () => undefined);
  child.stdin?.write(
    `${JSON.stringify({
      library,
      modelPath,
      contextSize: provider.options.contextSize ?? defaultContextSize,
      socketPath: localModelSocket(providerId),
      secret: localModelSecret(providerId),
    })}\n`,
  );
  child.stdout?.once('data', () => log().info({ providerId }, 'a model on this machine can be called'));
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString('utf8')).slice(-2_000);
  });
  child.once('error', (error) => log().error({ err: error, providerId }, 'a model could not be started'));
  child.once('close', (code) => {
    known.child = undefined;
    const lived = performance.now() - known.startedAt;
    known.pauseMs = lived > longestPauseMs ? 1_000 : Math.min(known.pauseMs * 2, longestPauseMs);
    known.notBefore = performance.now() + known.pauseMs;
    if (code !== 0) log().error({ providerId, code, words }, 'the process of a model ended, it is started again');
  });
}

/** Its input ends, so it ends; what does not is killed. */
async function end(child: Child | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.stdin?.end();
  const killer = setTimeout(() => child.kill('SIGKILL'), 2_000);
  await ended;
  clearTimeout(killer);
}
