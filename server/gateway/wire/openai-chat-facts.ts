import { asArray, asString, isObject, optionalBoolean, optionalNumber } from './members.ts';
import { objectsOf } from './openai-texts.ts';
import type { JsonObject, RequestFacts } from './wire.ts';

/** What a request of chat/completions says of itself. */
export function readChatFacts(body: JsonObject): RequestFacts {
  const messages = asArray(body['messages'], 'messages');
  const maxOutputTokens = limitOf(body);
  const answers = answersOf(body);
  const { stream_options: options } = body;
  const tools = [...objectsOf(body['tools']), ...objectsOf(body['functions'])];
  return {
    model: asString(body['model'], 'model'),
    stream: optionalBoolean(body['stream'], 'stream') ?? false,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(answers === undefined ? {} : { answers }),
    toolNames: tools.flatMap((tool) => chatToolName(tool) ?? []),
    hasImages: objectsOf(messages).some(hasImage),
    reply: {
      showsUsage: isObject(options) && options['include_usage'] === true,
      textTools: tools.filter(({ type }) => type === 'custom').flatMap((tool) => chatToolName(tool) ?? []),
      namespaced: {},
    },
  };
}

/** Of two limits servers keep one or the other. */
function limitOf(body: JsonObject): number | undefined {
  const limits = ['max_completion_tokens', 'max_tokens'].flatMap(
    (member) => optionalNumber(body[member], member) ?? [],
  );
  if (limits.length === 0) return undefined;
  // Below nothing is without end.
  return limits.find((limit) => limit < 0) ?? Math.max(...limits);
}

/** `best_of` are those that are made and thrown away. */
function answersOf(body: JsonObject): number | undefined {
  const counts = ['n', 'best_of'].flatMap((member) => optionalNumber(body[member], member) ?? []);
  return counts.length === 0 ? undefined : Math.max(...counts);
}

function chatToolName(tool: JsonObject): string | undefined {
  const inner = [tool['function'], tool['custom'], tool].find(isObject);
  return typeof inner?.['name'] === 'string' ? inner['name'] : undefined;
}

function hasImage({ content }: JsonObject): boolean {
  return Array.isArray(content) && content.some((part) => isObject(part) && part['type'] === 'image_url');
}

/** A stream says how many tokens it took only when it is asked to. */
export function addressChat(body: JsonObject, model: string): void {
  body['model'] = model;
  if (body['stream'] !== true) return;
  const { stream_options: options } = body;
  body['stream_options'] = { ...(isObject(options) ? options : {}), include_usage: true };
}
