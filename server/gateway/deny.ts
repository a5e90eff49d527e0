import { recordDenied } from '../governance/calls/open-call.ts';
import { log } from '../platform/log.ts';
import { tellDeniedCall } from '../runs/tell-model-call.ts';
import type { Request } from './asked.ts';
import { denialForm } from './denial-form.ts';
import type { Denied } from './denied.ts';
import type { Draft } from './draft.ts';
import { sendError, sendResponse } from './reply.ts';

/**
 * Tells whoever asked that the call is not made: first the record, then the session of a run, then the client in the form it
 * understands best (docs/decisions/denials.md).
 */
export async function deny(request: Request, draft: Draft, denied: Denied): Promise<void> {
  const { why, message } = denied;
  if (why !== 'budget') await recordDenied(draft, { cause: why, message });
  await tellSession(request, denied);
  const { asked, wire, caller, facts } = request;
  const form = asked.operation === 'generate' ? denialForm(caller, asked.headers) : 'error';
  if (form === 'error') {
    sendError(asked.reply, wire, { kind: why === 'budget' ? 'budget' : 'policy', message });
    return;
  }
  const response = {
    id: asked.requestId,
    model: facts.model,
    parts: [{ type: 'text' as const, text: `Ensemble did not make this model call. ${message}` }],
    stop: 'end' as const,
    usage: { input: 0, output: 0 },
  };
  sendResponse(asked.reply, response, { wire, form: facts.reply, stream: facts.stream });
}

/** A budget tells the session itself. A session that cannot be told changes nothing: the call is refused and recorded. */
async function tellSession({ caller, facts }: Request, { why, message }: Denied): Promise<void> {
  if (!caller.run || why === 'budget') return;
  const told = { runId: caller.run.id, teamId: caller.teamId, model: facts.model, why, message };
  await tellDeniedCall(told).catch((error: unknown) =>
    log().error({ err: error, runId: told.runId }, 'could not tell the session of a denied model call'),
  );
}
