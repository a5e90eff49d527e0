import { Untranslatable, type LlmRequest } from '../../core/llm-message.ts';
import { decodeGeminiConfig } from './gemini-config.ts';
import { decodeContents, decodeInstruction } from './gemini-contents.ts';
import { camel, camelObject, listOf, refuseOthers } from './gemini-members.ts';
import { decodeGeminiTools } from './gemini-tools.ts';
import { asString, optionalBoolean } from './members.ts';
import type { Json, JsonObject } from './wire.ts';

/** Members of a request; labels, its tier and whether Google keeps it are said to Google and not to the model. */
const known: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'safetySettings',
  'labels',
  'serviceTier',
  'store',
]);

/** A request of Google's protocol in the neutral vocabulary. @throws Untranslatable */
export function decodeGeminiRequest(body: JsonObject): LlmRequest {
  const asked = camel(body);
  refuseOthers(asked, known);
  refuseFilters(asked['safetySettings']);
  return {
    model: asString(asked['model'], 'model'),
    messages: [...decodeInstruction(asked['systemInstruction']), ...decodeContents(asked['contents'])],
    stream: optionalBoolean(asked['stream'], 'stream') ?? false,
    ...decodeGeminiConfig(asked['generationConfig']),
    ...decodeGeminiTools(asked['tools'], asked['toolConfig']),
  };
}

/** Thresholds under which nothing is held back, which is what happens anyway. */
const open: ReadonlySet<Json | undefined> = new Set(['OFF', 'BLOCK_NONE', 'HARM_BLOCK_THRESHOLD_UNSPECIFIED']);

/** Who relies on Google's filters must hear that nobody filters. */
function refuseFilters(settings: Json | undefined): void {
  for (const [i, value] of listOf(settings, 'safetySettings').entries()) {
    if (open.has(camelObject(value, `safetySettings.${i}`)['threshold'])) continue;
    throw new Untranslatable(
      `safetySettings.${i}: only Google filters answers, and this model is served by another protocol. Leave it out, or set it to OFF.`,
    );
  }
}
