import {
  Untranslatable,
  type LlmEffort,
  type LlmImage,
  type LlmPart,
  type LlmRequest,
  type LlmTool,
  type LlmToolChoice,
} from '../../core/llm-message.ts';
import {
  asObject,
  asString,
  invalidMember,
  isAbsent,
  optionalBoolean,
  optionalString,
  parseObject,
} from './members.ts';
import type { Json, JsonObject } from './wire.ts';

/** What OpenAI's two protocols share with the neutral vocabulary. */

/** Refuses by name the members that nothing stands for in another protocol; null is absence, and false asks for nothing. */
export function refuseUnknown(body: JsonObject, known: ReadonlySet<string>, path = ''): void {
  for (const member of Object.keys(body)) {
    if (known.has(member) || isAbsent(body[member]) || body[member] === false) continue;
    throw new Untranslatable(
      `${path}${member}: the protocol of this model has no such member. Leave it out, or choose a model that speaks OpenAI’s protocol.`,
    );
  }
}

/** Refuses a member that asks for more than its neutral value. */
export function refuseUnless(body: JsonObject, member: string, neutral: readonly Json[]): void {
  const value = body[member];
  if (isAbsent(value) || neutral.includes(value)) return;
  throw new Untranslatable(
    `${member}: the protocol of this model has nothing like it. Leave it out, or choose a model that speaks OpenAI’s protocol.`,
  );
}

const dataUrl = /^data:([^;,]+)(?:;[^;,]*)*;base64,/;

/** An image by its address, which may be the image itself. */
export function decodeImage(url: string, detail: Json | undefined, path: string): LlmPart {
  const head = dataUrl.exec(url);
  const image: LlmImage =
    head === null
      ? { source: 'url', url }
      : { source: 'base64', mediaType: head[1] ?? '', data: url.slice(head[0].length) };
  if (isAbsent(detail) || detail === 'auto') return { type: 'image', image };
  if (detail !== 'low' && detail !== 'high' && detail !== 'original') {
    throw invalidMember(`${path}.detail`, 'auto, low, high or original is expected');
  }
  return { type: 'image', image, detail: detail === 'original' ? 'high' : detail };
}

export function encodeImageUrl(image: LlmImage): string {
  return image.source === 'url' ? image.url : `data:${image.mediaType};base64,${image.data}`;
}

/** A file that is in the request. */
export function decodeFile(file: JsonObject, path: string): LlmPart {
  const value = optionalString(file['file_data'], `${path}.file_data`);
  const name = optionalString(file['filename'], `${path}.filename`);
  if (value === undefined) {
    throw new Untranslatable(
      `${path}: only files in the request reach a model of another protocol. Send the file itself (file_data).`,
    );
  }
  const head = dataUrl.exec(value);
  return {
    type: 'document',
    mediaType: head?.[1] ?? 'application/pdf',
    data: head === null ? value : value.slice(head[0].length),
    ...(name === undefined ? {} : { name }),
  };
}

export function encodeFile({ mediaType, data, name }: Extract<LlmPart, { type: 'document' }>): JsonObject {
  return { filename: name ?? 'document', file_data: `data:${mediaType};base64,${data}` };
}

const efforts: ReadonlySet<string> = new Set(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);
const isEffort = (value: string): value is LlmEffort => efforts.has(value);

export function decodeEffort(value: Json | undefined, path: string): LlmEffort | undefined {
  const effort = optionalString(value, path);
  if (effort === undefined || isEffort(effort)) return effort;
  throw invalidMember(path, 'none, minimal, low, medium, high, xhigh or max is expected');
}

/** OpenAI's protocols know thinking by effort; a budget of tokens is the effort that usually takes as many. */
export function encodeEffort(thinking: LlmRequest['thinking']): LlmEffort | undefined {
  const { effort, budgetTokens } = thinking ?? {};
  if (effort !== undefined || budgetTokens === undefined) return effort;
  if (budgetTokens <= 4096) return 'low';
  return budgetTokens <= 16_384 ? 'medium' : 'high';
}

/** A function of the client, whose members stand in the tool itself (Responses) or in `function` (chat). */
export function decodeFunctionTool(tool: JsonObject, name: string, path: string): LlmTool {
  const description = optionalString(tool['description'], `${path}.description`);
  return {
    name,
    parameters: isAbsent(tool['parameters'])
      ? { type: 'object', properties: {} }
      : asObject(tool['parameters'], `${path}.parameters`),
    ...(description === undefined ? {} : { description }),
    // False is what all protocols but one do unless told otherwise.
    ...(optionalBoolean(tool['strict'], `${path}.strict`) === true ? { strict: true } : {}),
  };
}

/** A tool that takes plain text is a function with one argument; the grammar of the text is told in words. */
export function decodeTextTool(tool: JsonObject, name: string, path: string): LlmTool {
  const description = optionalString(tool['description'], `${path}.description`) ?? '';
  const format = isAbsent(tool['format']) ? {} : asObject(tool['format'], `${path}.format`);
  const grammar = isAbsent(format['grammar']) ? format : asObject(format['grammar'], `${path}.format.grammar`);
  const definition = optionalString(grammar['definition'], `${path}.format.definition`);
  const words =
    definition === undefined
      ? []
      : [`The input follows this grammar (${optionalString(grammar['syntax'], path) ?? 'lark'}):\n${definition}`];
  return {
    name,
    description: [description, 'Give the whole text of the input in `input`.', ...words].join('\n\n').trim(),
    parameters: {
      type: 'object',
      properties: { input: { type: 'string' } },
      required: ['input'],
      additionalProperties: false,
    },
  };
}

/** The arguments under which a text for such a tool travels, and the text again. */
export const wrapInput = (input: string): string => JSON.stringify({ input });
export function unwrapInput(json: string): string {
  const input = parseObject(json)?.['input'];
  // What a model wrote that is no such object is the text itself: the tool will say what is wrong with it.
  return typeof input === 'string' ? input : json;
}

export function decodeToolChoice(choice: Json | undefined, path: string): LlmToolChoice | undefined {
  if (isAbsent(choice)) return undefined;
  if (choice === 'auto' || choice === 'none' || choice === 'required') return choice;
  const wanted = asObject(choice, path);
  const type = wanted['type'];
  if (type === 'function' || type === 'custom') {
    const inner = isAbsent(wanted[type]) ? wanted : asObject(wanted[type], path);
    return { name: asString(inner['name'], `${path}.name`) };
  }
  throw new Untranslatable(
    `${path}: a choice of type "${kindOf(wanted)}" has no counterpart in the protocol of this model. Choose auto, none, required or a function.`,
  );
}

/** A tool within a namespace by one name, as protocols without namespaces have it. */
export function flatName(namespace: Json | undefined, name: string): string {
  if (typeof namespace !== 'string' || namespace === '') return name;
  return namespace.endsWith('__') ? `${namespace}${name}` : `${namespace}__${name}`;
}

/** What a tool, part or item calls itself, for messages. */
export const kindOf = ({ type }: JsonObject): string => (typeof type === 'string' ? type : 'none');

/** A result that says by itself that its tool failed, for protocols that have no member for it. */
export const failedResult = '[The tool failed]';

/** A schema is JSON: it was read from a body. */
export function jsonOf(schema: Readonly<Record<string, unknown>>): JsonObject {
  return parseObject(JSON.stringify(schema)) ?? {};
}
