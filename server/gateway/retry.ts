/**
 * What to do after an attempt at a target (docs/spec/gateway.md, GW9 to GW11). Trying again is safe only while nothing was answered
 * and the provider did no work: the connection could not be made, or the provider said that it did not take the request.
 */
export type AttemptEnd =
  | { kind: 'answered'; status: number; retryAfterMs?: number }
  /** No connection was made, so nothing was sent. */
  | { kind: 'unreachable' }
  /** The connection was lost, or nothing came in time: the provider may have worked on it. */
  | { kind: 'lost' };

/** `pass`: this is the caller's answer. `again`: the same target after a pause. `next`: another target, if there is one. */
export type RetryWord = { do: 'pass' } | { do: 'again'; afterMs: number } | { do: 'next' };

export type RetryTimes = { tries: number; firstPauseMs: number; longestPauseMs: number };

export const retryTimes: RetryTimes = { tries: 3, firstPauseMs: 250, longestPauseMs: 4_000 };

/** The provider did not take the request. */
const notTaken = new Set([429, 503, 529]);
/** The request itself is what is wrong; another target would say the same. */
const callersFault = new Set([400, 409, 413, 415, 422]);

export function afterAttempt(
  end: AttemptEnd,
  attempt: number,
  { times = retryTimes, random = Math.random }: { times?: RetryTimes; random?: () => number } = {},
): RetryWord {
  const word = wordOf(end);
  if (word !== 'again') return { do: word };
  const asked = end.kind === 'answered' ? end.retryAfterMs : undefined;
  if (attempt >= times.tries || (asked ?? 0) > times.longestPauseMs) return { do: 'next' };
  if (asked !== undefined) return { do: 'again', afterMs: asked };
  const longest = Math.min(times.firstPauseMs * 2 ** (attempt - 1), times.longestPauseMs);
  return { do: 'again', afterMs: longest / 2 + (random() * longest) / 2 };
}

function wordOf(end: AttemptEnd): RetryWord['do'] {
  if (end.kind !== 'answered') return end.kind === 'lost' ? 'next' : 'again';
  if (end.status < 400 || callersFault.has(end.status)) return 'pass';
  return notTaken.has(end.status) ? 'again' : 'next';
}

/** Whether the end says that the target itself does not work; a limit of rate (429) says that it does. */
export function isTargetsFailure(end: AttemptEnd): boolean {
  return end.kind !== 'answered' || end.status >= 500;
}

/** `retry-after-ms` or `retry-after` (RFC 9110, section 10.2.3) in milliseconds. */
export function retryAfterMs(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now = Date.now(),
): number | undefined {
  const ms = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const told = headers['retry-after'];
  if (typeof told !== 'string') return undefined;
  const seconds = Number(told);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const at = Date.parse(told);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
