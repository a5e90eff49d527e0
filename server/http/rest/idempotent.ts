import { createHash } from 'node:crypto';
import { claimIdempotencyKey, keepAnswer, releaseIdempotencyKey } from '../../auth/idempotent-answers.ts';
import { requirePerson } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { canonicalJson } from '../../core/canonical-json.ts';
import { AppError, isAppError } from '../../core/errors.ts';
import { seal, unseal } from '../../platform/secrets.ts';
import { problemHeaders, problemOf } from './problem.ts';
import { answered, type RestAnswer } from './route.ts';

/** Answers are kept sealed: some hold a ticket or a link that is shown once. */
const purpose = 'idempotent-answer';

type Handling = () => Promise<RestAnswer | typeof answered>;

/**
 * Runs a write once for its idempotency key; a repetition gets the first answer. What was refused may be tried again
 * with the same key; what is only not done yet may not, since it will be.
 */
export async function once(
  ctx: Context,
  request: { key: string; fingerprint: unknown },
  handle: Handling,
): Promise<RestAnswer | typeof answered> {
  const { personId } = requirePerson(ctx);
  if (request.key.length > 200) throw new AppError('invalid', 'An Idempotency-Key has at most 200 characters.');
  const of = { personId, key: request.key };
  // Another token of the same person may have fewer scopes: it does not get what this one was answered.
  const fingerprint = { credential: ctx.credential, request: request.fingerprint };
  const requestHash = createHash('sha256').update(canonicalJson(fingerprint)).digest('hex');
  const claim = await claimIdempotencyKey(ctx.db, { ...of, requestHash });
  if (claim.kind === 'answered') return replayed(claim.answer.body);
  try {
    const answer = await pendingAsAnswer(ctx, handle);
    if (answer !== answered)
      await keepAnswer(ctx.db, of, { status: answer.status, body: seal(purpose, JSON.stringify(answer)) });
    return answer;
  } catch (error) {
    await releaseIdempotencyKey(ctx.db, of);
    throw error;
  }
}

async function pendingAsAnswer(ctx: Context, handle: Handling): Promise<RestAnswer | typeof answered> {
  try {
    return await handle();
  } catch (error) {
    if (!isAppError(error) || error.code !== 'pending') throw error;
    const problem = problemOf(error, ctx.requestId);
    return { status: problem.status, body: problem, headers: problemHeaders(problem) };
  }
}

function replayed(kept: string): RestAnswer {
  // Sealed above, with this type.
  const answer = JSON.parse(unseal(purpose, kept)) as RestAnswer;
  return { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true' } };
}
