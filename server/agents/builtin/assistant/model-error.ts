import { z } from 'zod';

/** Why a model did not answer, or not to the end. `message` is in words for people. */
export class ModelError extends Error {
  override name = 'ModelError';
  /** `again`: it may go better when it is asked again; `too_long`: what was asked does not fit; `final`: it stands. */
  readonly kind: 'again' | 'too_long' | 'final';
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: ModelError['kind'],
    message: string,
    { retryAfterMs, cause }: { retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

const errorBody = z.object({
  error: z.union([
    z.string().transform((message) => ({ message, code: undefined })),
    z.object({ message: z.string(), code: z.unknown().optional() }),
  ]),
});

const triedAgain = new Set([408, 409, 425, 429]);
const longestWaitMs = 60_000;

/** The error that stands in an answer which is none: its words exactly, or the status when it says nothing. */
export function errorOfAnswer(status: number, headers: Headers, body: string): ModelError {
  const said = readError(body);
  const message = said?.message ?? `The gateway answered with status ${status} and no words of its own.`;
  if (said?.code === 'context_length_exceeded') return new ModelError('too_long', message);
  const mayRetry = headers.get('x-should-retry') !== 'false' && (triedAgain.has(status) || status >= 500);
  const wait = retryAfter(headers);
  // Nobody watches a run that only waits; whoever asked can send the prompt again later.
  const isLong = wait.retryAfterMs !== undefined && wait.retryAfterMs > longestWaitMs;
  return new ModelError(mayRetry && !isLong ? 'again' : 'final', message, wait);
}

function retryAfter(headers: Headers): { retryAfterMs?: number } {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? { retryAfterMs: Math.max(0, seconds * 1000) } : {};
}

/** The error that ends a stream; undefined when the event is none. */
export function errorOfEvent(event: unknown): ModelError | undefined {
  const parsed = errorBody.safeParse(event);
  if (!parsed.success) return undefined;
  const { message, code } = parsed.data.error;
  if (code === 'context_length_exceeded') return new ModelError('too_long', message);
  const isFinal = typeof code === 'string' && finalCodes.has(code);
  return new ModelError(isFinal ? 'final' : 'again', message);
}

const finalCodes = new Set([
  'insufficient_quota',
  'policy_denied',
  'permission_denied',
  'invalid_api_key',
  'model_not_found',
  'request_too_large',
]);

function readError(body: string): { message: string; code?: unknown } | undefined {
  try {
    const parsed = errorBody.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data.error : undefined;
  } catch {
    return undefined;
  }
}
