import { asc, eq } from 'drizzle-orm';
import { db, schema } from '../../db/client.ts';
import { env } from '../platform/env.ts';
import { localModelSecret, localModelSocket } from '../platform/local-model-address.ts';
import { log } from '../platform/log.ts';
import { notifications } from '../platform/notifications.ts';
import type { Notifications } from '../platform/notify.ts';
import { singleton } from '../platform/singleton.ts';
import type { OpenedProvider } from './call-address.ts';
import { environmentKey } from './environment-keys.ts';
import { unsealHeaders, unsealKey } from './provider-secrets.ts';

/**
 * All providers and models as one value in the memory of a process, so that a call reads no table. A notification makes
 * it old at once; without one it is looked at again after ten seconds.
 */
export type ModelSnapshot = { providers: ReadonlyMap<string, OpenedProvider>; models: ReadonlyMap<string, HeldModel> };

type TargetRow = typeof schema.modelTarget.$inferSelect;
export type HeldModel = { id: string; alias: string; description: string; targets: readonly TargetRow[] };

type Holder = {
  current: ModelSnapshot | undefined;
  loadedAt: number;
  /** How many changes were heard of, and how many of them `current` has. */
  heardChanges: number;
  seenChanges: number;
  loading: Promise<ModelSnapshot> | undefined;
  heard: Notifications | undefined;
};

const holder = () =>
  singleton<Holder>('model-snapshot', () => ({
    current: undefined,
    loadedAt: 0,
    heardChanges: 0,
    seenChanges: 0,
    loading: undefined,
    heard: undefined,
  }));

const freshMs = 10_000;

/** What is configured now. @throws when it was never loaded and the database does not answer */
export async function modelSnapshot(): Promise<ModelSnapshot> {
  const held = holder();
  if (held.current && held.heardChanges === held.seenChanges) {
    if (performance.now() - held.loadedAt > freshMs)
      void reload(held).catch((error: unknown) => log().warn({ err: error }, 'could not look whether models changed'));
    return held.current;
  }
  return reload(held);
}

/** Makes this process look at the rows before its next call. */
export function forgetModelSnapshot(): void {
  holder().heardChanges++;
}

function reload(held: Holder): Promise<ModelSnapshot> {
  held.loading ??= load(held).finally(() => {
    held.loading = undefined;
  });
  return held.loading;
}

async function load(held: Holder): Promise<ModelSnapshot> {
  await listen(held);
  const seen = held.heardChanges;
  const [providers, models, targets] = await Promise.all([
    db().select().from(schema.provider).where(eq(schema.provider.isEnabled, true)),
    db().select().from(schema.model).where(eq(schema.model.isEnabled, true)),
    db().select().from(schema.modelTarget).orderBy(asc(schema.modelTarget.position)),
  ]);
  const opened = providers.flatMap((row) => openProvider(row) ?? []);
  const byModel = Map.groupBy(targets, (target) => target.modelId);
  held.current = {
    providers: new Map(opened.map((each) => [each.id, each])),
    models: new Map(
      models.map(({ id, alias, description }) => [alias, { id, alias, description, targets: byModel.get(id) ?? [] }]),
    ),
  };
  held.loadedAt = performance.now();
  held.seenChanges = seen;
  return held.current;
}

async function listen(held: Holder): Promise<void> {
  const current = await notifications();
  if (held.heard === current) return;
  held.heard = current;
  current.on('models_changed', forgetModelSnapshot);
  current.onReconnect(forgetModelSnapshot);
}

/** Undefined for one that cannot be called: what cannot be unsealed is left out, never called without its key. */
export function openProvider(row: typeof schema.provider.$inferSelect): OpenedProvider | undefined {
  if (row.source === 'environment' && environmentKey(row.id, env().providers) === undefined) return undefined;
  try {
    return {
      id: row.id,
      name: row.name,
      kind: row.kind,
      baseUrl: row.baseUrl,
      protocols: row.protocols,
      place: row.place,
      options: row.options,
      timeouts: {
        connectMs: row.connectTimeoutMs,
        firstByteMs: row.firstByteTimeoutMs,
        idleMs: row.idleTimeoutMs,
      },
      key: keyOfRow(row),
      headers: row.headersSealed === null ? {} : unsealHeaders(row.headersSealed),
      ...(row.kind === 'local_gguf' ? { socketPath: localModelSocket(row.id) } : {}),
    };
  } catch (error) {
    log().error({ err: error, providerId: row.id }, 'the secrets of a provider cannot be unsealed, it is left out');
    return undefined;
  }
}

function keyOfRow(row: typeof schema.provider.$inferSelect): string | undefined {
  if (row.source === 'environment') return environmentKey(row.id, env().providers)?.key;
  if (row.kind === 'local_gguf') return localModelSecret(row.id);
  return row.keySealed === null ? undefined : unsealKey(row.keySealed);
}
