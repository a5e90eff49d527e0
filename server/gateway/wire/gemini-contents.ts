import type { LlmMessage, LlmPart } from '../../core/llm-message.ts';
import { callIdsOf } from './gemini-call-ids.ts';
import { camelObject, listOf, refuseOthers } from './gemini-members.ts';
import { decodeGeminiPart } from './gemini-parts.ts';
import { invalidMember, isAbsent } from './members.ts';
import type { Json } from './wire.ts';

const contentMembers: ReadonlySet<string> = new Set(['role', 'parts']);

/** The turns of a conversation. Clients keep each piece of a streamed answer as one: neighbours of the model are one turn. */
export function decodeContents(contents: Json | undefined): LlmMessage[] {
  if (isAbsent(contents)) throw invalidMember('contents', 'an array is expected');
  const ids = callIdsOf(contents);
  const messages: { role: LlmMessage['role']; parts: LlmPart[] }[] = [];
  for (const [i, value] of listOf(contents, 'contents').entries()) {
    const path = `contents.${i}`;
    const content = camelObject(value, path);
    refuseOthers(content, contentMembers, `${path}.`);
    const role = roleOf(content['role'], path);
    const parts = decodeParts(content['parts'], path, ids);
    const last = messages.at(-1);
    if (role === 'assistant' && last?.role === role) last.parts.push(...parts);
    else messages.push({ role, parts });
  }
  return messages.map(({ role, parts }) => ({ role, parts: role === 'assistant' ? joined(parts) : parts }));
}

/** The instructions, whose role says nothing. */
export function decodeInstruction(value: Json | undefined): LlmMessage[] {
  if (isAbsent(value)) return [];
  const content = camelObject(value, 'systemInstruction');
  refuseOthers(content, contentMembers, 'systemInstruction.');
  const parts = decodeParts(content['parts'], 'systemInstruction', new Map());
  return parts.length === 0 ? [] : [{ role: 'system', parts }];
}

function decodeParts(value: Json | undefined, path: string, ids: ReturnType<typeof callIdsOf>): LlmPart[] {
  return listOf(value, `${path}.parts`).flatMap((part, i) => {
    const at = `${path}.parts.${i}`;
    return decodeGeminiPart(camelObject(part, at), at, ids);
  });
}

/** `function` is what results were said by in earlier versions. */
function roleOf(role: Json | undefined, path: string): 'user' | 'assistant' {
  if (isAbsent(role) || role === '' || role === 'user' || role === 'function') return 'user';
  if (role === 'model') return 'assistant';
  throw invalidMember(`${path}.role`, 'user or model is expected');
}

/** Pieces of one text, or of one thought whose proof came last, are one part again. */
function joined(parts: readonly LlmPart[]): LlmPart[] {
  const all: LlmPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (last?.type === 'text' && part.type === 'text') all.splice(-1, 1, { ...last, text: last.text + part.text });
    else if (last?.type === 'thinking' && part.type === 'thinking' && last.proof === undefined && !part.redacted)
      all.splice(-1, 1, { ...part, text: last.text + part.text });
    else all.push(part);
  }
  return all;
}
