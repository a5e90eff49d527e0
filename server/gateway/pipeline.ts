import { isAppError } from '../core/errors.ts';
import type { ModelCaller } from '../core/model-call.ts';
import { openCall } from '../governance/calls/open-call.ts';
import type { OpenedCall } from '../governance/calls/opened-call.ts';
import { settleCall } from '../governance/calls/settle-call.ts';
import { findCaller, watchCaller, type CallerWish } from '../governance/callers.ts';
import type { Asked, Request } from './asked.ts';
import { countDecision, countFindings, type CallEnd } from './call-counts.ts';
import { carry } from './carry.ts';
import { isCountedHere, sendCount } from './count-tokens.ts';
import { Denied } from './denied.ts';
import { deny } from './deny.ts';
import { draftOf, type Draft } from './draft.ts';
import { guardTexts } from './guard-texts.ts';
import type { House } from './house.ts';
import { prepareEarly } from './prepare.ts';
import { allowTargets, findTargets } from './route-request.ts';
import { tellNotice } from './tell-notice.ts';
import { traceCall, type TracedEnd } from './trace.ts';
import { clientWireOf } from './wires.ts';

/**
 * One model call from the door to its record (docs/spec/gateway.md, GW2 and GW3). The steps are in this order because each rests on
 * those before it; nothing leaves before the last of them said yes, and a step that fails ends the call.
 */
export async function answerModelCall(asked: Asked, house: House): Promise<CallEnd> {
  const caller = await identify(asked);
  // Whoever loses the right to a call under way is hung up on, and what the provider does for it ends.
  const onLost = () => asked.reply.destroy();
  const release = await watchCaller(caller, { secret: asked.secret, wish: wishOf(asked), onLost });
  try {
    return await answerFor(caller, asked, house);
  } finally {
    release();
  }
}

async function answerFor(caller: ModelCaller, asked: Asked, house: House): Promise<CallEnd> {
  const request = await readRequest(asked, caller);
  const route = await findTargets(request);
  const draft = draftOf(request, route);
  try {
    await allowTargets(request, draft);
    if (isCountedHere(request, draft)) {
      sendCount(request, draft);
      return 'succeeded';
    }
    const filter = await guardTexts(request, draft);
    const opening = open(draft);
    const early = prepareEarly(request, draft.targets[0]);
    const opened = await opening;
    tellNotice(request, draft);
    const carried = await carry(request, { opened, filter, early }, house);
    const found = filter.found();
    await settleCall(opened, carried.outcome, { ...carried, found });
    draft.findings = [...draft.findings, ...found];
    tellOfCall(request, draft, { carried });
    return carried.outcome.state;
  } catch (error) {
    if (!(error instanceof Denied)) throw error;
    await deny(request, draft, error);
    tellOfCall(request, draft, { denied: error });
    return `denied_${error.why}`;
  }
}

/** For collectors and /metrics; the record has it already. */
function tellOfCall(request: Request, draft: Draft, end: TracedEnd): void {
  countDecision(draft.policy.effect);
  countFindings(draft.findings);
  traceCall(request, draft, end);
}

/** Who asks. */
export function identify(asked: Asked): Promise<ModelCaller> {
  return findCaller(asked.secret, wishOf(asked));
}

function wishOf({ headers, runId, address }: Asked): CallerWish {
  const { 'x-ensemble-team': team, 'x-ensemble-project': project } = headers;
  return { team: one(team), project: one(project), runId, address };
}

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

/** What is asked. Nobody's body is read before it is known who sends it. */
async function readRequest(asked: Asked, caller: ModelCaller): Promise<Request> {
  const wire = clientWireOf(asked.protocol);
  const { body, sizeBytes } = await asked.readBody();
  const facts = wire.readFacts(body);
  return { asked, wire, caller, body, sizeBytes, facts, texts: wire.requestTexts(body) };
}

/** Sets the money aside and writes the call down, with its entry in the audit log. What cannot be written does not happen. */
async function open(draft: Draft): Promise<OpenedCall> {
  try {
    return await openCall(draft);
  } catch (error) {
    if (!isAppError(error) || error.details?.['reason'] !== 'budget') throw error;
    throw new Denied('budget', error.message);
  }
}
