import { laterInstruction } from './later-instruction.ts';
import { isObject } from './members.ts';
import { objectsOf } from './openai-texts.ts';
import type { Json, JsonObject } from './wire.ts';

/**
 * A request of chat/completions as any server takes it, not OpenAI's alone. Templates of open models want one message of
 * instructions, at the beginning, and turns that alternate; many servers take texts as strings only, and know the limit by its
 * first name.
 */
export function forAnyServer(body: JsonObject): JsonObject {
  const { max_completion_tokens: limit, messages, ...rest } = body;
  return {
    ...rest,
    ...(limit === undefined ? {} : { max_tokens: limit }),
    messages: plainMessages(objectsOf(messages)),
  };
}

const isInstruction = ({ role }: JsonObject) => role === 'system';

function plainMessages(messages: readonly JsonObject[]): JsonObject[] {
  const found = messages.findIndex((message) => !isInstruction(message));
  const lead = found === -1 ? messages.length : found;
  const leading = messages.slice(0, lead).flatMap(({ content }) => partsOf(content));
  const plain: JsonObject[] = leading.length === 0 ? [] : [{ role: 'system', content: contentOf(leading) }];
  for (const message of messages.slice(lead)) {
    const next = isInstruction(message) ? asUser(message) : message;
    const last = plain.at(-1);
    // A word of the user would begin a new turn in the middle of the model's work.
    const isTold = isInstruction(message) && last?.['role'] === 'tool';
    if (last !== undefined && (isTold || (next['role'] === 'user' && last['role'] === 'user'))) {
      last['content'] = contentOf([...partsOf(last['content']), ...partsOf(next['content'])]);
    } else plain.push({ ...next, ...('content' in next ? { content: contentOf(partsOf(next['content'])) } : {}) });
  }
  return plain;
}

function asUser({ content }: JsonObject): JsonObject {
  return { role: 'user', content: [{ type: 'text', text: laterInstruction }, ...partsOf(content)] };
}

function partsOf(content: Json | undefined): JsonObject[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : objectsOf(content);
}

/** Texts alone are one string; null where nothing is said. */
function contentOf(parts: JsonObject[]): Json {
  if (parts.length === 0) return null;
  const texts = parts.map((part) => (isObject(part) && part['type'] === 'text' ? part['text'] : undefined));
  return texts.every((text) => typeof text === 'string') ? texts.join('\n\n') : parts;
}
