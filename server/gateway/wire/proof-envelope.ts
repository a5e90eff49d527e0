import { llmProtocols, type ClientProtocol, type LlmPart, type LlmProtocol } from '../../core/llm-message.ts';
import { parseJson } from './members.ts';

export type ThinkingPart = Extract<LlmPart, { type: 'thinking' }>;
export type Proof = NonNullable<ThinkingPart['proof']>;

const prefix = 'ensemble-proof.';

/**
 * What a thought carries so that its maker takes it back, as one text for the member that a protocol has for it. A client
 * keeps that text and sends it again, so that a thought of one protocol comes back through a client of another: what `own`
 * made stands as it is, what another made is put in an envelope.
 */
export function writeProof(own: ClientProtocol, { proof, redacted }: ThinkingPart): string | undefined {
  if (proof === undefined) return undefined;
  if (proof.protocol === own) return proof.value;
  const content = JSON.stringify([proof.value, proof.id ?? null, redacted ?? false]);
  return `${prefix}${proof.protocol}.${Buffer.from(content, 'utf8').toString('base64url')}`;
}

/** Reads what `writeProof` wrote, or what the protocol's own provider did. */
export function readProof(own: LlmProtocol, value: string): Pick<ThinkingPart, 'proof' | 'redacted'> {
  return value.startsWith(prefix) ? readEnvelope(value) : { proof: { protocol: own, value } };
}

/** Reads an envelope alone: what its maker cannot take back is no proof. */
export function readEnvelope(value: string): Pick<ThinkingPart, 'proof' | 'redacted'> {
  if (!value.startsWith(prefix)) return {};
  const [name, content = ''] = value.slice(prefix.length).split('.', 2);
  const protocol = llmProtocols.find((known) => known === name);
  const parsed = parseJson(Buffer.from(content, 'base64url').toString('utf8'));
  if (protocol === undefined || !Array.isArray(parsed)) return {};
  const [inner, id, redacted] = parsed;
  if (typeof inner !== 'string') return {};
  const proof: Proof = { protocol, value: inner, ...(typeof id === 'string' ? { id } : {}) };
  return redacted === true ? { proof, redacted: true } : { proof };
}
