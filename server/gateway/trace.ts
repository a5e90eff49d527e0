import { randomBytes } from 'node:crypto';
import type { ProviderKind } from '../core/provider.ts';
import { spanExporter, type SpanScope, type SpanValue } from '../platform/otlp.ts';
import type { Request } from './asked.ts';
import type { Carried } from './carry.ts';
import type { Draft } from './draft.ts';
import type { Denied } from './denied.ts';

/** One span for each model call, in the words of OpenTelemetry's conventions for generative AI; no content. */

/** The conventions are in development and change between versions: readers are told which these are. */
const conventions = '1.37.0';
const scope: SpanScope = { name: 'ensemble.gateway', schemaUrl: `https://opentelemetry.io/schemas/${conventions}` };

const parentForm = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;
const zeros = /^0+$/;

/** The caller's trace and span (W3C Trace Context, section 3.2); undefined when it tells none. */
export function parentOf(header: unknown): { traceId: string; spanId: string } | undefined {
  const [, traceId = '', spanId = ''] = parentForm.exec(typeof header === 'string' ? header : '') ?? [];
  return traceId === '' || zeros.test(traceId) || zeros.test(spanId) ? undefined : { traceId, spanId };
}

/** The names that the conventions give; a server that no name is given to has our own of its kind. */
const providerNames: Record<ProviderKind, string> = {
  anthropic: 'anthropic',
  openai: 'openai',
  openai_compatible: 'openai_compatible',
  azure_openai: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  gemini: 'gcp.gemini',
  local_gguf: 'local_gguf',
};

export type TracedEnd = { carried: Carried } | { denied: Denied };

/** Tells the collector of a call that ended. Costs nothing where none is set. */
export function traceCall(request: Request, draft: Draft, end: TracedEnd): void {
  const exporter = spanExporter();
  if (!exporter) return;
  const { asked, facts, caller } = request;
  const parent = parentOf(asked.headers['traceparent']);
  const endedAtMs = Date.now();
  const error = errorOf(end);
  exporter.add(scope, {
    traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    ...(parent ? { parentSpanId: parent.spanId } : {}),
    name: `chat ${draft.alias}`,
    startedAtMs: endedAtMs - (performance.now() - asked.startedAtMs),
    endedAtMs,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': draft.alias,
      'gen_ai.request.max_tokens': facts.maxOutputTokens,
      'gen_ai.conversation.id': caller.sessionId,
      'gen_ai.output.type': 'text',
      'ensemble.gen_ai.conventions': conventions,
      'ensemble.request.id': asked.requestId,
      'ensemble.team.id': caller.teamId,
      'ensemble.run.id': caller.run?.id,
      'ensemble.policy.rules': draft.policy.rules.map(({ id }) => id),
      'ensemble.findings': draft.findings.map((found) => `${found.class}:${found.action}:${found.count}`),
      'error.type': error?.type,
      ...('carried' in end ? sentAttributes(end.carried) : {}),
    },
    ...(error ? { error: error.type } : {}),
  });
}

function sentAttributes({ outcome, target, firstByteMs }: Carried): Record<string, SpanValue | undefined> {
  const { usage } = outcome;
  return {
    'gen_ai.provider.name': target && providerNames[target.kind],
    'gen_ai.response.model': target?.upstreamModel,
    'gen_ai.usage.input_tokens': usage?.input,
    'gen_ai.usage.output_tokens': usage?.output,
    'ensemble.usage.is_estimate': outcome.isEstimate,
    'ensemble.provider.name': target?.providerName,
    'ensemble.first_byte_ms': firstByteMs,
  };
}

function errorOf(end: TracedEnd): { type: string } | undefined {
  if ('denied' in end) return { type: `denied_${end.denied.why}` };
  const { outcome } = end.carried;
  if (outcome.state === 'succeeded') return undefined;
  return { type: outcome.state === 'failed' ? outcome.error.kind : outcome.state };
}
