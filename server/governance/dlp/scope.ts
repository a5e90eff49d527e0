import { eq, and, sql } from 'drizzle-orm';
import { db, schema } from '../../../db/client.ts';
import { AppError } from '../../core/errors.ts';
import { createVault, type MaskedValue, type Vault } from '../../core/dlp/vault.ts';
import type { ModelCaller } from '../../core/model-call.ts';
import { newId } from '../../platform/ids.ts';
import { notifications } from '../../platform/notifications.ts';
import { notify, type Notifications } from '../../platform/notify.ts';
import { keyedBytes, seal, unseal } from '../../platform/secrets.ts';
import { singleton } from '../../platform/singleton.ts';
import { recentMap, type RecentMap } from '../recent-map.ts';

/** Where a value keeps its placeholder: a session, or a person's own tools in one team. */
export type Scope = { teamId: string; kind: 'session' | 'person'; id: string };

export const scopeOf = ({ teamId, sessionId, person }: Pick<ModelCaller, 'teamId' | 'sessionId' | 'person'>): Scope =>
  sessionId === undefined ? { teamId, kind: 'person', id: person.id } : { teamId, kind: 'session', id: sessionId };

/** A scope's vault in this process. */
export type OpenScope = {
  scope: Scope;
  /** Names it among all vaults that this process ever opened. */
  key: string;
  vault: Vault;
  /** Values that no row has yet. Nothing masked by them may leave before. */
  unsaved: Map<string, MaskedValue>;
};

const purpose = 'masked-value';
const mostScopes = 300;
/** Reading a scope's rows says that they are still used. */
const readAgainMs = 24 * 3_600_000;

type Opening = { since: number; open: Promise<OpenScope> };
type Holder = {
  open: RecentMap<Opening>;
  heard: Notifications | undefined;
  process: string;
  opened: number;
};
const holder = () =>
  singleton<Holder>('dlp-scopes', () => ({
    open: recentMap(mostScopes),
    heard: undefined,
    process: newId('node'),
    opened: 0,
  }));

export const keyOf = ({ teamId, id }: Scope) => `${teamId}:${id}`;

/** The scope's vault with all it has; from memory when this process has it. */
export async function openScope(scope: Scope): Promise<OpenScope> {
  const held = holder();
  await listen(held);
  const key = keyOf(scope);
  const known = held.open.get(key);
  if (known && performance.now() - known.since < readAgainMs) return known.open;
  const open = load(scope);
  held.open.set(key, { since: performance.now(), open });
  open.catch(() => held.open.delete(key));
  return open;
}

/** Makes this process read a scope's rows anew. */
export const forgetScope = (scope: Scope): void => holder().open.delete(keyOf(scope));

async function listen(held: Holder): Promise<void> {
  const current = await notifications();
  if (held.heard === current) return;
  held.heard = current;
  held.open.clear();
  current.on('masked_values', (payload) => {
    const [process, teamId = '', id = ''] = payload.split(':');
    if (process !== held.process) held.open.delete(`${teamId}:${id}`);
  });
  current.onReconnect(() => held.open.clear());
}

async function load(scope: Scope): Promise<OpenScope> {
  const { maskedValue } = schema;
  const ofScope = and(eq(maskedValue.teamId, scope.teamId), eq(maskedValue.scopeId, scope.id));
  const rows = await db()
    .update(maskedValue)
    .set({ lastUsedAt: sql`now()` })
    .where(ofScope)
    .returning();
  const vault = createVault((text, turn) => keyedBytes('placeholder', `${keyOf(scope)}\n${turn}\n${text}`));
  for (const row of rows) vault.add(maskedValueOf(row));
  return { scope, key: `${keyOf(scope)}:${++holder().opened}`, vault, unsaved: new Map() };
}

export const maskedValueOf = (row: typeof schema.maskedValue.$inferSelect): MaskedValue => ({
  placeholder: row.placeholder,
  value: unseal(purpose, row.valueSealed),
  class: row.class,
  detector: row.detector,
});

/**
 * Writes what no row has yet, in one statement. Every request that masks waits for it, so that whatever leaves can be restored
 * by any process, also after this one's death.
 * @throws AppError `conflict` when another process gave one of the placeholders to another value just now
 */
export async function saveMaskedValues(open: OpenScope): Promise<void> {
  const entries = [...open.unsaved.values()];
  if (entries.length === 0) return;
  const { maskedValue } = schema;
  const { teamId, id, kind } = open.scope;
  const of = { teamId, scopeId: id, ...(kind === 'session' ? { sessionId: id } : { personId: id }) };
  const rows = entries.map(({ placeholder, value, class: dataClass, detector }) => ({
    ...of,
    placeholder,
    valueSealed: seal(purpose, value),
    class: dataClass,
    detector,
  }));
  const stored = await db()
    .insert(maskedValue)
    .values(rows)
    .onConflictDoUpdate({
      target: [maskedValue.teamId, maskedValue.scopeId, maskedValue.placeholder],
      set: { lastUsedAt: sql`now()` },
    })
    .returning();
  for (const row of stored)
    if (maskedValueOf(row).value !== open.vault.placeholders.get(row.placeholder)?.value) refuse(open);
  for (const { placeholder } of entries) open.unsaved.delete(placeholder);
  await notify(db(), 'masked_values', `${holder().process}:${teamId}:${id}`);
}

function refuse({ scope }: OpenScope): never {
  forgetScope(scope);
  throw new AppError('conflict', 'Two requests masked different values at the same moment. Send the request again.');
}
