import { Untranslatable, type LlmMessage, type LlmPart } from '../../core/llm-message.ts';
import { asArray, asObject, asString, invalidMember, isAbsent, optionalString } from './members.ts';
import { decodeFile, decodeImage, flatName, kindOf, wrapInput } from './openai-parts.ts';
import { isOffer } from './openai-responses-tools.ts';
import { objectsOf } from './openai-texts.ts';
import { readProof } from './proof-envelope.ts';
import type { Json, JsonObject } from './wire.ts';

/** The items of a conversation as turns: neighbours of one speaker are one turn. */
export function decodeInput(instructions: string | undefined, input: Json | undefined): LlmMessage[] {
  const turns: { role: LlmMessage['role']; parts: LlmPart[] }[] = [];
  if (instructions !== undefined && instructions !== '') {
    turns.push({ role: 'system', parts: [{ type: 'text', text: instructions }] });
  }
  for (const { role, parts } of decodeItems(input)) {
    const last = turns.at(-1);
    if (last?.role === role && role === 'assistant') last.parts.push(...parts);
    else if (last?.role === role && isResult(last.parts) && isResult(parts)) last.parts.push(...parts);
    else if (parts.length > 0) turns.push({ role, parts: [...parts] });
  }
  return turns;
}

const isResult = (parts: readonly LlmPart[]) => parts.every(({ type }) => type === 'tool_result');

function decodeItems(input: Json | undefined): LlmMessage[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ type: 'text', text: input }] }];
  return asArray(input, 'input').map((value, at) => decodeItem(asObject(value, `input.${at}`), `input.${at}`));
}

function decodeItem(item: JsonObject, path: string): LlmMessage {
  // Its tools are read where the others are.
  if (isOffer(item)) return { role: 'system', parts: [] };
  const type = isAbsent(item['type']) ? 'message' : kindOf(item);
  switch (type) {
    case 'message':
      return decodeMessage(item, path);
    case 'function_call_output':
    case 'custom_tool_call_output': {
      const callId = asString(item['call_id'], `${path}.call_id`);
      const content = decodeContent(item['output'], `${path}.output`);
      return { role: 'user', parts: [{ type: 'tool_result', callId, content }] };
    }
    default:
      return { role: 'assistant', parts: decodeOutputItem(item, path) };
  }
}

function decodeMessage(item: JsonObject, path: string): LlmMessage {
  const parts = decodeContent(item['content'], `${path}.content`);
  switch (item['role']) {
    case 'user':
    case 'assistant':
      return { role: item['role'], parts };
    case 'system':
    case 'developer':
      return { role: 'system', parts };
    default:
      throw invalidMember(`${path}.role`, 'user, assistant, system or developer is expected');
  }
}

/** What a model said, thought or called, as an item of an answer or of the conversation so far. */
export function decodeOutputItem(item: JsonObject, path: string): LlmPart[] {
  switch (item['type']) {
    case 'message':
      return decodeContent(item['content'], `${path}.content`);
    case 'reasoning':
      return [decodeReasoningItem(item)];
    case 'function_call':
    case 'custom_tool_call':
      return [
        {
          type: 'tool_call',
          id: asString(item['call_id'], `${path}.call_id`),
          name: flatName(item['namespace'], asString(item['name'], `${path}.name`)),
          arguments:
            item['type'] === 'function_call'
              ? asString(item['arguments'], `${path}.arguments`)
              : wrapInput(asString(item['input'], `${path}.input`)),
        },
      ];
    default:
      throw new Untranslatable(
        `${path}: an item of type "${kindOf(item)}" cannot be sent to or from a model of another protocol, because OpenAI runs it or keeps it. Begin a new conversation, or choose a model that speaks OpenAI Responses.`,
      );
  }
}

/** Between two parts of what was thought. */
export const thoughtBreak = '\n\n';

function decodeReasoningItem(item: JsonObject): LlmPart {
  const texts = [...objectsOf(item['summary']), ...objectsOf(item['content'])].flatMap(({ text }) =>
    typeof text === 'string' ? [text] : [],
  );
  return { type: 'thinking', text: texts.join(thoughtBreak), ...decodeReasoningProof(item) };
}

/** What lets the maker take a thought back; absent where the item has none. */
export function decodeReasoningProof(item: JsonObject): ReturnType<typeof readProof> {
  const { id, encrypted_content: encrypted } = item;
  if (typeof encrypted !== 'string' || encrypted === '') return {};
  const { proof, ...rest } = readProof('openai_responses', encrypted);
  if (proof === undefined) return rest;
  const isOwn = proof.protocol === 'openai_responses' && proof.id === undefined && typeof id === 'string';
  return { ...rest, proof: isOwn ? { ...proof, id } : proof };
}

function decodeContent(content: Json | undefined, path: string): LlmPart[] {
  if (isAbsent(content) || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return asArray(content, path).map((value, at) => decodePart(asObject(value, `${path}.${at}`), `${path}.${at}`));
}

function decodePart(part: JsonObject, path: string): LlmPart {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: asString(part['text'], `${path}.text`) };
    case 'refusal':
      return { type: 'refusal', text: asString(part['refusal'], `${path}.refusal`) };
    case 'input_image': {
      const url = optionalString(part['image_url'], `${path}.image_url`);
      if (url !== undefined) return decodeImage(url, part['detail'], path);
      throw new Untranslatable(`${path}: only images in the request or at a URL can be sent. Send the image itself.`);
    }
    case 'input_file':
      return decodeFile(part, path);
    default:
      throw new Untranslatable(
        `${path}: a part of type "${kindOf(part)}" cannot be sent to a model of another protocol. Send text, images or files.`,
      );
  }
}
