import type { Context } from '../context.ts';
import { notifications } from '../platform/notifications.ts';
import { findDecision, type PermissionDecision } from '../runs/ask-permission.ts';
import type { RunClaim } from '../runs/run-claim.ts';
import { withdrawPermission } from '../runs/withdraw-permission.ts';
import type { ActionAnswer } from './run-actions.ts';

const pollMs = 2_000;

export type Question = {
  permissionId: string;
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal;
  expiresAt: Date;
};

/** Waits until somebody has answered, the time is over, or the question is void; the latter two count as a no. */
export async function waitForAnswer(ctx: Context, claim: RunClaim, question: Question): Promise<ActionAnswer> {
  const { permissionId, signal, expiresAt } = question;
  const late = AbortSignal.timeout(Math.max(0, expiresAt.getTime() - Date.now()));
  const decision = await decisionBefore(ctx, permissionId, AbortSignal.any([signal, late]));
  if (decision) return answerOf(decision);
  const reason = signal.aborted ? 'The agent does not ask any more.' : lateWords;
  await withdrawPermission(ctx, claim, { permissionId, reason });
  // Somebody may have answered in this very moment; the first word counts.
  const last = await findDecision(ctx, permissionId);
  return last?.decision === 'allow' ? answerOf(last) : { allowed: false, reason };
}

const lateWords =
  'Nobody answered in time, so this was denied. Go on without it, or say what is needed and end the turn.';

function answerOf({ decision, scope, reason, byName }: PermissionDecision): ActionAnswer {
  if (decision === 'allow') return { allowed: true, scope };
  const who = byName === undefined ? 'Denied' : `Denied by ${byName}`;
  return { allowed: false, reason: reason ? `${who}: ${reason}` : `${who}.` };
}

/** The decision, or undefined when the question became void. */
async function decisionBefore(
  ctx: Context,
  permissionId: string,
  signal: AbortSignal,
): Promise<PermissionDecision | undefined> {
  const listening = await notifications();
  let ring = Promise.withResolvers<void>();
  const wake = () => ring.resolve();
  const offs = [
    listening.on('run_permission', (id) => {
      if (id === permissionId) wake();
    }),
    listening.onReconnect(wake),
  ];
  signal.addEventListener('abort', wake);
  try {
    while (!signal.aborted) {
      ring = Promise.withResolvers<void>();
      const decision = await findDecision(ctx, permissionId);
      if (decision) return decision;
      const timer = setTimeout(wake, pollMs);
      await ring.promise;
      clearTimeout(timer);
    }
    return undefined;
  } finally {
    signal.removeEventListener('abort', wake);
    for (const off of offs) off();
  }
}
