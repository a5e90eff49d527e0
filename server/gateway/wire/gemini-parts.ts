import { Untranslatable, type LlmPart } from '../../core/llm-message.ts';
import { camelObject, listOf, refuseOthers } from './gemini-members.ts';
import { asObject, asString, isAbsent, isObject, optionalBoolean, optionalString } from './members.ts';
import { readEnvelope } from './proof-envelope.ts';
import { isTextFile } from './text-place.ts';
import type { JsonObject } from './wire.ts';

/** What of a part says how Google is to look at it, and what signs it for Google alone. */
const beside = ['thought', 'thoughtSignature', 'videoMetadata', 'mediaResolution', 'partMetadata'];
const kinds = ['text', 'inlineData', 'fileData', 'functionCall', 'functionResponse'];
const partMembers: ReadonlySet<string> = new Set([...beside, ...kinds]);

/** A part in the neutral vocabulary; none for one that is empty. */
export function decodeGeminiPart(part: JsonObject, path: string, ids: ReadonlyMap<JsonObject, string>): LlmPart[] {
  refuseOthers(part, partMembers, `${path}.`);
  if (!isAbsent(part['functionCall'])) return [decodeCall(asObject(part['functionCall'], path), path, ids)];
  if (!isAbsent(part['functionResponse'])) return [decodeResult(asObject(part['functionResponse'], path), path, ids)];
  if (!isAbsent(part['inlineData'])) return [decodeInline(camelObject(part['inlineData'], `${path}.inlineData`), path)];
  if (!isAbsent(part['fileData'])) return [decodeFile(camelObject(part['fileData'], `${path}.fileData`), path)];
  const text = optionalString(part['text'], `${path}.text`) ?? '';
  if (optionalBoolean(part['thought'], `${path}.thought`) !== true) return text === '' ? [] : [{ type: 'text', text }];
  return [decodeThought(text, optionalString(part['thoughtSignature'], `${path}.thoughtSignature`))];
}

/** A signature of Google's own proves nothing to a model of another maker. */
function decodeThought(text: string, signature: string | undefined): LlmPart {
  return { type: 'thinking', text, ...(signature === undefined ? {} : readEnvelope(signature)) };
}

/** `willContinue` and `partialArgs` are of streams that only Google has. */
const callMembers = new Set(['id', 'name', 'args']);

function decodeCall(call: JsonObject, path: string, ids: ReadonlyMap<JsonObject, string>): LlmPart {
  refuseOthers(call, callMembers, `${path}.functionCall.`);
  const args = isAbsent(call['args']) ? {} : asObject(call['args'], `${path}.functionCall.args`);
  const name = asString(call['name'], `${path}.functionCall.name`);
  return { type: 'tool_call', id: ids.get(call) ?? name, name, arguments: JSON.stringify(args) };
}

const resultMembers = new Set(['id', 'name', 'response', 'parts', 'scheduling']);

function decodeResult(result: JsonObject, path: string, ids: ReadonlyMap<JsonObject, string>): LlmPart {
  const at = `${path}.functionResponse`;
  refuseOthers(result, resultMembers, `${at}.`);
  const response = isAbsent(result['response']) ? {} : asObject(result['response'], `${at}.response`);
  const shown = listOf(result['parts'], `${at}.parts`).flatMap((value, i) =>
    decodeGeminiPart(camelObject(value, `${at}.parts.${i}`), `${at}.parts.${i}`, ids),
  );
  const [member] = Object.keys(response);
  const isError = member === 'error' && Object.keys(response).length === 1;
  return {
    type: 'tool_result',
    callId: ids.get(result) ?? asString(result['name'], `${at}.name`),
    content: [...textOf(response), ...shown],
    ...(isError ? { isError } : {}),
  };
}

/** What a tool said under one of the names that Google's documentation gives it is its text; all else is JSON. */
function textOf(response: JsonObject): LlmPart[] {
  const members = Object.keys(response);
  const [member = ''] = members;
  const said = response[member];
  if (members.length === 0) return [];
  const isPlain = members.length === 1 && ['output', 'error', 'result', 'content'].includes(member);
  const text = isPlain && typeof said === 'string' ? said : JSON.stringify(isPlain && isObject(said) ? said : response);
  return text === '' ? [] : [{ type: 'text', text }];
}

function decodeInline(inline: JsonObject, path: string): LlmPart {
  const mediaType = asString(inline['mimeType'], `${path}.inlineData.mimeType`).toLowerCase();
  const data = asString(inline['data'], `${path}.inlineData.data`);
  const name = optionalString(inline['displayName'], `${path}.inlineData.displayName`);
  if (mediaType.startsWith('image/')) return { type: 'image', image: { source: 'base64', mediaType, data } };
  if (mediaType === 'application/pdf')
    return { type: 'document', mediaType, data, ...(name === undefined ? {} : { name }) };
  if (isTextFile(mediaType)) return { type: 'text', text: Buffer.from(data, 'base64').toString('utf8') };
  throw new Untranslatable(
    `${path}.inlineData: data of type ${mediaType} cannot be sent to a model of another protocol. Send text, images or PDF.`,
  );
}

function decodeFile(file: JsonObject, path: string): LlmPart {
  const url = asString(file['fileUri'], `${path}.fileData.fileUri`);
  const mediaType = optionalString(file['mimeType'], `${path}.fileData.mimeType`) ?? '';
  const isAtGoogle = /^(?:gs:|https?:\/\/(?:generativelanguage\.googleapis\.com|(?:www\.)?youtube\.com|youtu\.be)\/)/i;
  if (mediaType.startsWith('image/') && /^https?:/.test(url) && !isAtGoogle.test(url))
    return { type: 'image', image: { source: 'url', url } };
  throw new Untranslatable(
    `${path}.fileData: only images at an open address, and what is in the request, reach a model of another protocol. Send the data itself (inlineData).`,
  );
}
