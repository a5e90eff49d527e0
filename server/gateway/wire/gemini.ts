import { encodeGeminiResponse } from './gemini-answer.ts';
import { partsOf } from './gemini-call-ids.ts';
import { decodeGeminiRequest } from './gemini-decode-request.ts';
import { encodeGeminiError, geminiStreamError } from './gemini-errors.ts';
import { camel, camelObject, listOf } from './gemini-members.ts';
import { encodeGeminiModel, encodeGeminiModels, encodeGeminiTokenCount } from './gemini-models.ts';
import { geminiStreamEncoder } from './gemini-stream.ts';
import { geminiRequestTexts } from './gemini-texts.ts';
import { asString, isAbsent, isObject, optionalBoolean, optionalNumber } from './members.ts';
import { plainReply, type ClientWire, type Json, type JsonObject, type RequestFacts } from './wire.ts';

/** The path says the model and whether the answer is streamed; the door writes both into the body. */
function readFacts(body: JsonObject): RequestFacts {
  const { contents, tools, generationConfig: config, model, stream } = camel(body);
  listOf(contents, 'contents');
  const maxOutputTokens = isAbsent(config)
    ? undefined
    : optionalNumber(camelObject(config, 'generationConfig')['maxOutputTokens'], 'generationConfig.maxOutputTokens');
  return {
    model: asString(model, 'model'),
    stream: optionalBoolean(stream, 'stream') ?? false,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    toolNames: toolNamesOf(tools),
    hasImages: partsOf(contents).some(showsImage),
    reply: plainReply,
  };
}

function toolNamesOf(tools: Json | undefined): string[] {
  const declared = listOf(tools, 'tools').flatMap((tool) =>
    isObject(tool) ? listOf(camel(tool)['functionDeclarations'], 'functionDeclarations') : [],
  );
  return declared.flatMap((tool) => (isObject(tool) && typeof tool['name'] === 'string' ? [tool['name']] : []));
}

function showsImage({ inlineData, fileData, functionResponse: result }: JsonObject): boolean {
  const isImage = (value: Json | undefined) => {
    const type = isObject(value) ? camel(value)['mimeType'] : undefined;
    return typeof type === 'string' && type.startsWith('image/');
  };
  return isImage(inlineData) || isImage(fileData) || (isObject(result) && partsOf(result).some(showsImage));
}

/** The Gemini API of Google, version v1beta: what clients of it speak. Providers are reached through the other protocols. */
export const gemini: ClientWire = {
  protocol: 'gemini',
  readFacts,
  requestTexts: geminiRequestTexts,
  decodeRequest: decodeGeminiRequest,
  encodeResponse: encodeGeminiResponse,
  streamEncoder: geminiStreamEncoder,
  encodeError: encodeGeminiError,
  encodeModels: encodeGeminiModels,
  encodeModel: encodeGeminiModel,
  encodeTokenCount: encodeGeminiTokenCount,
  streamError: geminiStreamError,
};
