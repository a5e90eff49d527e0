import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LlmProtocol } from '../core/llm-message.ts';
import type { ModelTarget } from '../core/model-call.ts';
import { addressOf } from '../governance/model-routes.ts';
import type { Request } from './asked.ts';
import type { Prepared } from './forward.ts';
import { protocolFor } from './route-request.ts';
import { headersTranslated, headersUpstream } from './upstream-headers.ts';
import { translate } from './translate.ts';
import type { JsonObject } from './wire/wire.ts';
import { wireOf } from './wires.ts';

/**
 * The request as a target takes it. It is always written anew from what was read and inspected, never from the bytes that came: a member
 * that stands twice in a body is read once, and what was not read must not leave.
 * @throws Untranslatable
 */
export async function prepare(request: Request, target: ModelTarget): Promise<Prepared> {
  const { asked, wire } = request;
  const protocol = protocolFor(target, wire.protocol);
  const isSame = protocol === wire.protocol;
  const { url, headers, defaultHeaders, timeouts, socketPath } = await addressOf(target, protocol, asked.operation);
  return {
    method: 'POST',
    url: isSame ? withSearch(url, asked.search) : url,
    headers: {
      ...defaultHeaders,
      ...(isSame ? headersUpstream(asked.headers) : headersTranslated(asked.headers)),
      'content-type': 'application/json',
      // What is packed could not be read on its way back.
      'accept-encoding': 'identity',
      ...headers,
    },
    body: JSON.stringify(isSame ? addressed(request, target, protocol) : translated(request, target)),
    timeouts,
    socketPath,
  };
}

/** What a target is sent, made while something else is waited for. Whoever asks for it meets its failure; nobody else does. */
export type Early = { target: ModelTarget; prepared: Promise<Prepared> };

/** Begins in a turn of its own, so that what was asked for before is on its way first. */
export function prepareEarly(request: Request, target: ModelTarget | undefined): Early | undefined {
  if (!target) return undefined;
  const prepared = nextTurn().then(() => prepare(request, target));
  prepared.catch(() => undefined);
  return { target, prepared };
}

/** Of the query only what Claude Code and the SDK's beta calls say; providers have addresses of their own to protect. */
const withSearch = (url: string, search: string) =>
  /[?&]beta=true(&|$)/.test(search) ? `${url}${url.includes('?') ? '&' : '?'}beta=true` : url;

function addressed({ body }: Request, { upstreamModel }: ModelTarget, protocol: LlmProtocol): JsonObject {
  wireOf(protocol).address(body, upstreamModel);
  return body;
}

function translated({ wire, body, facts }: Request, target: ModelTarget): JsonObject {
  return translate(wire, wireOf(target.protocol), facts.reply).request(body, target);
}
