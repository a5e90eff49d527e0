import type { Context } from '../context.ts';
import { notifications } from '../platform/notifications.ts';
import { askRunPermission, findDecision, type PermissionDecision } from '../runs/ask-permission.ts';
import type { RunClaim } from '../runs/run-claim.ts';
import { withdrawPermission } from '../runs/withdraw-permission.ts';
import type { AgentHandlers, PermissionRequest } from './acp-types.ts';

const pollMs = 2_000;

/**
 * Puts an agent's questions before people and waits for the answer. An answer for the whole run is remembered for
 * questions of the same kind; for commands, for the same command.
 */
export function runPermissions(ctx: Context, claim: RunClaim): Pick<AgentHandlers, 'requestPermission'> {
  const remembered = new Map<string, PermissionDecision>();
  return {
    async requestPermission(request, signal) {
      const subject = subjectOf(request);
      const known = remembered.get(subject);
      if (known) return known;
      const { toolCallId, title, kind, paths } = request;
      const permissionId = await askRunPermission(ctx, claim, {
        toolCallId,
        title,
        kind,
        paths,
        reason: reasonOf(request),
      });
      const decision = await waitForDecision(ctx, permissionId, signal);
      if (!decision) {
        await withdrawPermission(ctx, claim, permissionId);
        return { decision: 'deny', scope: 'once' };
      }
      if (decision.scope === 'run') remembered.set(subject, decision);
      return decision;
    },
  };
}

const subjectOf = ({ kind, title }: PermissionRequest) => (kind === 'execute' ? `execute ${title}` : kind);

function reasonOf({ kind, paths }: PermissionRequest): string {
  const where = paths.length === 0 ? '' : ` ${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ', …' : ''}`;
  switch (kind) {
    case 'execute':
      return 'The agent wants to run this command in its sandbox.';
    case 'edit':
      return `The agent wants to change${where || ' files'} in its own copy.`;
    case 'delete':
      return `The agent wants to delete${where || ' files'} in its own copy.`;
    case 'fetch':
      return 'The agent wants to fetch something from outside.';
    default:
      return 'The agent asks before it goes on.';
  }
}

/** The decision, or undefined when the question became void. */
async function waitForDecision(
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
