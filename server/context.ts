import { db as openDb, type DatabaseOrTransaction } from '../db/client.ts';
import type { Actor } from './core/actor.ts';
import type { TokenScope } from './core/permissions.ts';
import { newId } from './platform/ids.ts';

/** How the actor got in: what ends when it is revoked, and what a token limits. */
export type Credential =
  | { kind: 'auth_session'; id: string }
  | { kind: 'api_token'; id: string; scopes: readonly TokenScope[] }
  | { kind: 'none' };

/**
 * What every use case gets. `teamId` is set by `authorize…` of the resource at hand, never by a client.
 * `db` is a transaction inside `withTransaction`.
 */
export type Context = {
  actor: Actor | undefined;
  credential: Credential;
  db: DatabaseOrTransaction;
  /** True while `db` is a transaction: an inner `withTransaction` joins it. */
  inTransaction: boolean;
  now: () => Date;
  requestId: string;
};

export function createContext(given: Partial<Context> = {}): Context {
  return {
    actor: undefined,
    credential: { kind: 'none' },
    db: given.db ?? openDb(),
    inTransaction: false,
    now: () => new Date(),
    requestId: newId('req'),
    ...given,
  };
}

/** The context of the application itself: jobs, recovery, retention. */
export function systemContext(name: string, given: Partial<Context> = {}): Context {
  return createContext({ actor: { kind: 'system', name }, ...given });
}

/** Runs `fn` in one transaction; an outer one is joined. Everything rolls back when `fn` throws. */
export async function withTransaction<T>(ctx: Context, fn: (ctx: Context) => Promise<T>): Promise<T> {
  if (ctx.inTransaction) return fn(ctx);
  return ctx.db.transaction((tx) => fn({ ...ctx, db: tx, inTransaction: true }));
}
