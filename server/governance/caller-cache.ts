import type { AppError } from '../core/errors.ts';
import type { ModelCaller } from '../core/model-call.ts';
import { notifications } from '../platform/notifications.ts';
import type { Notifications } from '../platform/notify.ts';
import { singleton } from '../platform/singleton.ts';
import { recentMap, type RecentMap } from './recent-map.ts';

/** What is looked up of a caller; `endsAt` in milliseconds of the epoch, Infinity for a key without an end. */
export type FoundCaller = { caller: ModelCaller; endsAt: number };

/** `checkedAt`: when it was looked up. `notedAt`: when its use was last written down. Both by performance.now(). */
export type KnownCaller = FoundCaller & { checkedAt: number; notedAt: number };

export type CallerCache = {
  known: RecentMap<KnownCaller>;
  refused: RecentMap<{ error: AppError; until: number }>;
  loading: Map<string, Promise<KnownCaller>>;
  /** Unknown keys by address, in windows. */
  guesses: RecentMap<{ since: number; count: number }>;
  /** Rises whenever something was forgotten. */
  changes: number;
  /** Calls under way, each with a look at whether its caller may still make it. */
  underWay: Set<CallUnderWay>;
};

export type CallUnderWay = { caller: ModelCaller; look(): void };

type Holder = { cache: CallerCache; listening: Notifications | undefined };

const mostKept = 10_000;

const holder = () =>
  singleton<Holder>('model-callers', () => ({
    cache: {
      known: recentMap(mostKept),
      refused: recentMap(mostKept),
      loading: new Map(),
      guesses: recentMap(mostKept),
      changes: 0,
      underWay: new Set(),
    },
    listening: undefined,
  }));

/** What this process knows of callers. While it is used it listens for what makes it untrue. */
export async function callerCache(): Promise<CallerCache> {
  const { cache, listening } = holder();
  const current = await notifications();
  if (current === listening || current === holder().listening) return cache;
  holder().listening = current;
  forgetAll(cache);
  current.on('access_changed', (payload) => forget(cache, payload));
  current.onReconnect(() => forgetAll(cache));
  return cache;
}

function forgetAll(cache: CallerCache): void {
  cache.known.clear();
  cache.refused.clear();
  cache.loading.clear();
  cache.changes += 1;
  for (const call of cache.underWay) call.look();
}

function forget(cache: CallerCache, payload: string): void {
  const at = payload.indexOf(':');
  const [kind, id] = [payload.slice(0, at), payload.slice(at + 1)];
  if (kind === 'auth_session') return;
  const isOf = concernedBy(kind, id);
  for (const [key, { caller }] of cache.known.entries()) if (isOf(caller)) cache.known.delete(key);
  // Who was refused may be let in now, and what is being looked up may be of before.
  cache.refused.clear();
  cache.loading.clear();
  cache.changes += 1;
  for (const call of cache.underWay) if (isOf(call.caller)) call.look();
}

function concernedBy(kind: string, id: string): (caller: ModelCaller) => boolean {
  switch (kind) {
    case 'person':
      return ({ person }) => person.id === id;
    case 'token':
      return ({ key }) => key.id === id;
    case 'run':
      return ({ run }) => run?.id === id;
    case 'session':
      return ({ sessionId }) => sessionId === id;
    case 'project':
      return ({ projectId }) => projectId === id;
    default:
      return () => true;
  }
}
