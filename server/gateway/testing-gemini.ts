import type { LlmPart, LlmRequest, LlmStreamEvent, LlmUsage } from '../core/llm-message.ts';
import type { SseEvent } from '../platform/sse.ts';
import { isObject, parseObject } from './wire/members.ts';
import type { Json, JsonObject } from './wire/wire.ts';

/** What a client of Google's protocol does, for tests: it reads streams and writes requests, which the gateway itself never does. */

/** A stateful reader of one stream. Each piece of a text is a delta. */
export function geminiStreamReader(): (event: SseEvent) => LlmStreamEvent[] {
  const read = { parts: 0, calls: 0 };
  return ({ data }) => {
    const piece = parseObject(data) ?? {};
    const { error, usageMetadata: usage } = piece;
    if (isObject(error)) return [{ type: 'error', error: { kind: 'upstream', message: textOf(error['message']) } }];
    const said = Array.isArray(piece['candidates']) ? piece['candidates'][0] : undefined;
    if (!isObject(said)) return [];
    const events = objectsIn(said, 'content', 'parts').flatMap((part) => eventsOf(part, read));
    if (said['finishReason'] === undefined) return events;
    const whole = read.calls > 0 ? 'tool_calls' : 'end';
    const stop = said['finishReason'] === 'STOP' ? whole : 'length';
    return [...events, { type: 'end', stop, usage: usageOf(isObject(usage) ? usage : {}) }];
  };
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : '');

function eventsOf(part: JsonObject, read: { parts: number; calls: number }): LlmStreamEvent[] {
  const { text, thought, functionCall: call } = part;
  const index = read.parts++;
  if (!isObject(call)) return [{ type: thought === true ? 'thinking' : 'text', index, text: textOf(text) }];
  read.calls += 1;
  const begun: LlmPart = { type: 'tool_call', id: textOf(call['id']), name: textOf(call['name']), arguments: '' };
  return [
    { type: 'part_start', index, part: begun },
    { type: 'arguments', index, json: JSON.stringify(call['args']) },
  ];
}

function usageOf(counted: JsonObject): LlmUsage {
  const told = (member: string) => Number(counted[member] ?? 0);
  return {
    input: told('promptTokenCount'),
    output: told('candidatesTokenCount') + told('thoughtsTokenCount'),
    cacheRead: told('cachedContentTokenCount'),
  };
}

function objectsIn(holder: JsonObject, ...path: string[]): JsonObject[] {
  const found = path.reduce<Json>((at, member) => (isObject(at) ? (at[member] ?? null) : null), holder);
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** A request as a client would write it. */
export function geminiRequest(request: LlmRequest): unknown {
  const { messages, tools, toolChoice, maxOutputTokens, temperature, topP, stop, format, thinking } = request;
  const system = messages.filter(({ role }) => role === 'system').flatMap(({ parts }) => parts);
  const names = new Map(
    messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'tool_call' ? [[part.id, part.name]] : []))),
  );
  return {
    model: request.model,
    stream: request.stream,
    ...(system.length === 0 ? {} : { systemInstruction: { parts: system.flatMap((part) => partOf(part, names)) } }),
    contents: messages
      .filter(({ role }) => role !== 'system')
      .map(({ role, parts }) => ({
        role: role === 'assistant' ? 'model' : 'user',
        parts: parts.flatMap((part) => partOf(part, names)),
      })),
    ...(tools === undefined
      ? {}
      : {
          tools: [
            {
              functionDeclarations: tools.map(({ name, description, parameters }) => {
                return { name, description, parametersJsonSchema: parameters };
              }),
            },
          ],
        }),
    ...(toolChoice === undefined ? {} : { toolConfig: { functionCallingConfig: choiceOf(toolChoice) } }),
    generationConfig: {
      maxOutputTokens,
      temperature,
      topP,
      stopSequences: stop,
      ...(format?.type === 'schema' ? { responseMimeType: 'application/json', responseJsonSchema: format.schema } : {}),
      ...(thinking?.effort === undefined ? {} : { thinkingConfig: { thinkingLevel: thinking.effort.toUpperCase() } }),
    },
  };
}

function choiceOf(choice: NonNullable<LlmRequest['toolChoice']>): unknown {
  if (typeof choice === 'object') return { mode: 'ANY', allowedFunctionNames: [choice.name] };
  return { mode: { auto: 'AUTO', none: 'NONE', required: 'ANY' }[choice] };
}

function partOf(part: LlmPart, names: ReadonlyMap<string | undefined, string | undefined>): unknown[] {
  switch (part.type) {
    case 'text':
      return [{ text: part.text }];
    case 'image':
      if (part.image.source === 'url') return [{ fileData: { mimeType: 'image/png', fileUri: part.image.url } }];
      return [{ inlineData: { mimeType: part.image.mediaType, data: part.image.data } }];
    case 'document':
      return [{ inlineData: { mimeType: part.mediaType, data: part.data, displayName: part.name } }];
    case 'tool_call':
      return [{ functionCall: { id: part.id, name: part.name, args: parseObject(part.arguments) } }];
    case 'tool_result': {
      const text = part.content.flatMap((one) => (one.type === 'text' ? [one.text] : [])).join('');
      const response = part.isError === true ? { error: text } : { output: text };
      return [{ functionResponse: { id: part.callId, name: names.get(part.callId), response } }];
    }
    default:
      return [];
  }
}
