import { AppError, isAppError } from '../core/errors.ts';
import type { ModelCaller } from '../core/model-call.ts';
import { log } from '../platform/log.ts';
import { hashSecret, runKeyPrefix, tokenPrefix } from '../platform/secrets.ts';
import { callerCache, type CallerCache, type KnownCaller } from './caller-cache.ts';
import { loadRunCaller } from './run-caller.ts';
import { loadTokenCaller, noteUse } from './token-caller.ts';

/** Who makes a model call (docs/spec/gateway.md, GW90 to GW99): the one place that knows the keys of runs and of people. */

export type CallerWish = {
  /** `x-ensemble-team`, slug or id: for people who may call models in several teams. */
  team?: string | undefined;
  /** `x-ensemble-project`, slug or id of a project of that team. */
  project?: string | undefined;
  /** The run through whose own door the call came; undefined for the public gateway. */
  runId?: string | undefined;
  /** Where the call came from, for counting guesses. */
  address?: string | undefined;
};

/** A caller that was looked up longer ago is looked up anew beside the call: a notification may have been lost. */
const freshMs = 5_000;
/** One that was looked up still longer ago is looked up before the call. */
const knownMs = 15_000;
const refusedMs = 5_000;
const longestName = 200;

const guesses = { most: 60, windowMs: 60_000 };

const howToGetOne = 'Make one under Settings › Use with your tools.';

/**
 * The caller behind a key. What was looked up is held in memory, and forgotten in every process as soon as anything it
 * rests on changes.
 * @throws AppError `unauthenticated` for a key that is unknown, has ended or came by the wrong door, `forbidden` when its
 * person may not call models there, `rate_limited` after too many unknown keys from one address
 */
export async function findCaller(secret: string, wish: CallerWish): Promise<ModelCaller> {
  requireRightDoor(secret, wish);
  requireShort(wish);
  const cache = await callerCache();
  const key = [hashSecret(secret), wish.runId ?? '', wish.team ?? '', wish.project ?? ''].join('\n');
  const now = performance.now();
  const known = cache.known.get(key);
  if (known && now - known.checkedAt < knownMs && Date.now() < known.endsAt) {
    if (now - known.checkedAt >= freshMs) checkBeside(cache, { key, secret, wish });
    noteUse(known, now);
    return known.caller;
  }
  const refusal = cache.refused.get(key);
  if (refusal && now < refusal.until) throw new AppError(refusal.error.code, refusal.error.message);
  requireFewGuesses(cache, wish.address, now);
  const found = await load(cache, { key, secret, wish });
  noteUse(found, now);
  return found.caller;
}

/**
 * Watches over a call under way: `onLost` is called once when its caller may not make it any more.
 * @returns what ends the watch
 */
export async function watchCaller(
  caller: ModelCaller,
  { secret, wish, onLost }: { secret: string; wish: CallerWish; onLost: () => void },
): Promise<() => void> {
  const { underWay } = await callerCache();
  const look = () => {
    findCaller(secret, wish).catch((error: unknown) => {
      // Whoever cannot be looked up at the moment is not taken for lost.
      if (isAppError(error) && error.code !== 'rate_limited' && underWay.delete(call)) onLost();
    });
  };
  const call = { caller, look };
  underWay.add(call);
  return () => void underWay.delete(call);
}

/** A run's key is good at its own run's door alone, and no other key is good there. */
function requireRightDoor(secret: string, { runId }: CallerWish): void {
  const isRunKey = secret.startsWith(runKeyPrefix);
  const refuse = (message: string) => new AppError('unauthenticated', message);
  if (secret === '')
    throw refuse(`This call needs a key, as "Authorization: Bearer <token>" or "x-api-key: <token>". ${howToGetOne}`);
  if (runId !== undefined && !isRunKey) throw refuse('Only the key of this run works here, and this is not it.');
  if (runId === undefined && isRunKey)
    throw refuse(`This key belongs to a run and works inside its box only. Use a personal token. ${howToGetOne}`);
  if (runId === undefined && !secret.startsWith(tokenPrefix))
    throw refuse(`This key is not one of Ensemble, which begin with ${tokenPrefix}. ${howToGetOne}`);
}

/** What is held in memory of a call's headers has a bound. */
function requireShort({ team = '', project = '' }: CallerWish): void {
  if (team.length <= longestName && project.length <= longestName) return;
  throw new AppError('forbidden', 'The headers x-ensemble-team and x-ensemble-project take a slug or an id.');
}

type Lookup = { key: string; secret: string; wish: CallerWish };

/** Calls that ask for the same at once wait for one lookup. */
function load(cache: CallerCache, lookup: Lookup): Promise<KnownCaller> {
  const running = cache.loading.get(lookup.key);
  if (running) return running;
  const loading = lookUp(cache, lookup).finally(() => {
    if (cache.loading.get(lookup.key) === loading) cache.loading.delete(lookup.key);
  });
  cache.loading.set(lookup.key, loading);
  return loading;
}

async function lookUp(cache: CallerCache, { key, secret, wish }: Lookup): Promise<KnownCaller> {
  const { changes } = cache;
  const checkedAt = performance.now();
  try {
    const keyHash = hashSecret(secret);
    const { runId } = wish;
    const found = await (runId === undefined ? loadTokenCaller(keyHash, wish) : loadRunCaller(keyHash, runId));
    const known = { ...found, checkedAt, notedAt: cache.known.get(key)?.notedAt ?? -Infinity };
    // What was read before a change that was heard of meanwhile is not kept.
    if (cache.changes === changes) cache.known.set(key, known);
    return known;
  } catch (error) {
    cache.known.delete(key);
    if (isAppError(error)) {
      if (cache.changes === changes) cache.refused.set(key, { error, until: checkedAt + refusedMs });
      if (error.code === 'unauthenticated') countGuess(cache, wish.address, checkedAt);
    }
    throw error;
  }
}

function checkBeside(cache: CallerCache, lookup: Lookup): void {
  if (cache.loading.has(lookup.key)) return;
  load(cache, lookup).catch((error: unknown) => {
    // A refusal is told to the next call.
    if (!isAppError(error)) log().warn({ err: error }, 'a caller of models could not be looked up again');
  });
}

function requireFewGuesses(cache: CallerCache, address: string | undefined, now: number): void {
  const counted = address === undefined ? undefined : cache.guesses.get(address);
  if (!counted || now - counted.since >= guesses.windowMs || counted.count < guesses.most) return;
  const seconds = Math.max(1, Math.ceil((guesses.windowMs - (now - counted.since)) / 1000));
  throw new AppError(
    'rate_limited',
    `Too many unknown keys came from this address. Correct the key and try again in ${seconds} seconds.`,
    { details: { retryAfterS: seconds } },
  );
}

function countGuess(cache: CallerCache, address: string | undefined, now: number): void {
  if (address === undefined) return;
  const counted = cache.guesses.get(address);
  if (counted && now - counted.since < guesses.windowMs) counted.count += 1;
  else cache.guesses.set(address, { since: now, count: 1 });
}
