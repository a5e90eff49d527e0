import { z } from 'zod';
import type { LlmProtocol } from '../core/llm-message.ts';
import type { Probe, ProbeName } from '../core/provider.ts';
import { callProvider, ProviderFault, type ProviderAnswer } from '../platform/provider-http.ts';
import { callAddress, type OpenedProvider } from './call-address.ts';
import { probeBody, shortfall, withLimit } from './probe-bodies.ts';

/** Real calls to a provider that show what it does, over the same connections as the gateway's (GW82 and GW83). */

export type ProbeOptions = { signal: AbortSignal };
type Told = { probe: Probe; status: number; text: string };

const maxAnswerBytes = 256 * 1024;
const maxWords = 2_000;

/** Asks for the models a provider has. @returns their names, at most 500 */
export async function probeModels(
  provider: OpenedProvider,
  { signal }: ProbeOptions,
): Promise<{ probe: Probe; models: string[] }> {
  const [protocol = 'openai_chat'] = provider.protocols;
  const { probe, text } = await ask(provider, { name: 'models', protocol, upstreamModel: '', signal });
  const models = probe.ok ? listed(text) : [];
  if (!probe.ok) return { probe, models };
  const says =
    models.length === 0
      ? 'It listed no models.'
      : `It listed ${models.length} ${models.length === 1 ? 'model' : 'models'}.`;
  return { probe: { ...probe, says }, models };
}

const list = z.object({ data: z.array(z.object({ id: z.string() })) });

function listed(text: string): string[] {
  try {
    return list
      .parse(JSON.parse(text))
      .data.map(({ id }) => id.replace(/^models\//, ''))
      .slice(0, 500);
  } catch {
    return [];
  }
}

type ModelProbe = { name: Exclude<ProbeName, 'models'>; protocol: LlmProtocol; upstreamModel: string };

/** Asks a model for a few tokens, in the way that the probe is about. */
export async function probeModel(
  provider: OpenedProvider,
  wanted: ModelProbe,
  { signal }: ProbeOptions,
): Promise<Probe> {
  const body = probeBody(wanted.protocol, wanted.name, wanted.upstreamModel);
  if (wanted.protocol !== 'openai_chat') return (await ask(provider, { ...wanted, body, signal })).probe;
  const first = await ask(provider, { ...wanted, body: withLimit(body, 'max_tokens', wanted.name), signal });
  if (first.status !== 400 || !first.text.includes('max_completion_tokens')) return first.probe;
  return (await ask(provider, { ...wanted, body: withLimit(body, 'max_completion_tokens', wanted.name), signal }))
    .probe;
}

type Question = {
  name: ProbeName;
  protocol: LlmProtocol;
  upstreamModel: string;
  body?: Record<string, unknown>;
  signal: AbortSignal;
};

async function ask(provider: OpenedProvider, question: Question): Promise<Told> {
  const { name, protocol, signal } = question;
  const startedAt = performance.now();
  const { ok, says, status, text } = await send(provider, question).catch((error: unknown) => failed(error, signal));
  const elapsedMs = Math.round(performance.now() - startedAt);
  return {
    status,
    text,
    probe: { name, protocol, ok, elapsedMs, says: withoutSecrets(says, provider).slice(0, maxWords) },
  };
}

type Outcome = { ok: boolean; says: string; status: number; text: string };

async function send(provider: OpenedProvider, { body, ...question }: Question): Promise<Outcome> {
  const operation = body === undefined ? 'models' : 'generate';
  const address = callAddress(provider, { ...question, operation });
  const answer = await callProvider({
    ...(body === undefined ? { method: 'GET' } : { method: 'POST', body: JSON.stringify(body) }),
    url: address.url,
    headers: { ...address.defaultHeaders, ...(body && { 'content-type': 'application/json' }), ...address.headers },
    timeouts: provider.timeouts,
    signal: question.signal,
    socketPath: address.socketPath,
  });
  const text = await firstText(answer);
  return { ...judged(question, { status: answer.status, type: answer.headers['content-type'] ?? '', text }), text };
}

function judged(
  { name, protocol }: Pick<Question, 'name' | 'protocol'>,
  { status, type, text }: { status: number; type: string; text: string },
): Omit<Outcome, 'text'> {
  if (status >= 300) return { ok: false, says: `${status}: ${text.trim() || 'without a word'}`, status };
  const missing = name === 'models' ? undefined : shortfall(protocol, name, { type, text });
  return { ok: missing === undefined, says: missing ?? 'Works.', status };
}

function failed(error: unknown, signal: AbortSignal): Outcome {
  const nothing = { ok: false, status: 0, text: '' };
  if (signal.aborted) return { ...nothing, says: 'The test took too long and was ended.' };
  if (error instanceof ProviderFault) return { ...nothing, says: error.message };
  return { ...nothing, says: `The connection ended: ${error instanceof Error ? error.message : 'unknown'}.` };
}

/** The answer's beginning; the rest is not waited for. */
async function firstText({ body }: ProviderAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Buffer)) continue;
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > maxAnswerBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Some servers repeat the key that they refuse. */
function withoutSecrets(text: string, { key, headers }: OpenedProvider): string {
  const secrets = [...(key === undefined ? [] : [key]), ...Object.values(headers)].filter(({ length }) => length >= 4);
  return secrets.reduce((told, secret) => told.replaceAll(secret, '[secret]'), text);
}
