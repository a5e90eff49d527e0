import { asString, invalidMember, isAbsent, isObject, optionalBoolean, optionalNumber } from './members.ts';
import { responsesTools } from './openai-responses-tools.ts';
import { objectsOf } from './openai-texts.ts';
import type { Json, JsonObject, RequestFacts } from './wire.ts';

/** What a request of Responses says of itself. */
export function readResponsesFacts(body: JsonObject): RequestFacts {
  const { input } = body;
  const isKeptElsewhere = !isAbsent(body['prompt']) || !isAbsent(body['previous_response_id']);
  const isInput = typeof input === 'string' || Array.isArray(input) || (isAbsent(input) && isKeptElsewhere);
  if (!isInput) throw invalidMember('input', 'a string or an array is expected');
  // It would be answered after the call is over: nobody would count it, look at it or put values back.
  if (optionalBoolean(body['background'], 'background') === true)
    throw invalidMember('background', 'answers are passed on while they are made. Leave it out, and stream the answer');
  const maxOutputTokens = optionalNumber(body['max_output_tokens'], 'max_output_tokens');
  return {
    model: asString(body['model'], 'model'),
    stream: optionalBoolean(body['stream'], 'stream') ?? false,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    hasImages: objectsOf(input).some(hasImage),
    ...responsesTools(body),
  };
}

function hasImage(item: JsonObject): boolean {
  return isImageIn(item['content']) || isImageIn(item['output']) || item['type'] === 'image_generation_call';
}

function isImageIn(content: Json | undefined): boolean {
  return objectsOf(isObject(content) ? [content] : content).some(
    ({ type }) => type === 'input_image' || type === 'computer_screenshot',
  );
}
