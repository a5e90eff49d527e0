import { Untranslatable, type LlmEffort, type LlmFormat, type LlmRequest } from '../../core/llm-message.ts';
import { camelObject, refuseOthers } from './gemini-members.ts';
import { jsonSchemaOf } from './gemini-schema.ts';
import {
  asArray,
  asObject,
  asString,
  invalidMember,
  isAbsent,
  optionalBoolean,
  optionalNumber,
  optionalString,
} from './members.ts';
import { present } from './present.ts';
import type { Json, JsonObject } from './wire.ts';

/** Members that the neutral vocabulary has words for. */
const translated = [
  'stopSequences',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'maxOutputTokens',
  'temperature',
  'topP',
  'seed',
  'thinkingConfig',
];

/** Said to Google and not to the model, or how closely it looks; `topK` is what Google's clients send with every request. */
const hints = ['topK', 'mediaResolution'];

/** Members that may stay as long as they ask for what happens anyway. */
const neutralValues: Readonly<Record<string, readonly Json[]>> = {
  candidateCount: [1],
  presencePenalty: [0],
  frequencyPenalty: [0],
  logprobs: [0],
};

const known: ReadonlySet<string> = new Set([
  ...translated,
  ...hints,
  ...Object.keys(neutralValues),
  'responseModalities',
]);

type Sampling = Pick<LlmRequest, 'maxOutputTokens' | 'temperature' | 'topP' | 'stop' | 'thinking' | 'format' | 'seed'>;

/** `generationConfig` in the neutral vocabulary. @throws Untranslatable */
export function decodeGeminiConfig(value: Json | undefined): Sampling {
  if (isAbsent(value)) return {};
  const path = 'generationConfig';
  const config = camelObject(value, path);
  refuseOthers(config, known, `${path}.`);
  refuseUncommon(config);
  return present({
    maxOutputTokens: optionalNumber(config['maxOutputTokens'], `${path}.maxOutputTokens`),
    temperature: unlessDefault(optionalNumber(config['temperature'], `${path}.temperature`), defaults.temperature),
    topP: unlessDefault(optionalNumber(config['topP'], `${path}.topP`), defaults.topP),
    stop: decodeStop(config['stopSequences']),
    seed: optionalNumber(config['seed'], `${path}.seed`),
    thinking: decodeThinkingWish(config['thinkingConfig']),
    format: decodeFormat(config),
  });
}

/** What Google's clients send when nobody chose anything: a model of another maker has defaults of its own, and may refuse both together. */
const defaults = { temperature: 1, topP: 0.95 };

const unlessDefault = (value: number | undefined, ordinary: number) => (value === ordinary ? undefined : value);

function refuseUncommon(config: JsonObject): void {
  for (const [member, values] of Object.entries(neutralValues)) {
    const value = config[member];
    if (isAbsent(value) || values.includes(value)) continue;
    throw new Untranslatable(
      `generationConfig.${member}: no protocol that the gateway translates this to has anything like it. Leave it out.`,
    );
  }
  const modalities = config['responseModalities'];
  const isText = (modality: Json) => typeof modality === 'string' && modality.toUpperCase() === 'TEXT';
  if (Array.isArray(modalities) && !modalities.every(isText))
    throw new Untranslatable('generationConfig.responseModalities: this model answers with text alone. Ask for text.');
}

function decodeStop(stop: Json | undefined): string[] | undefined {
  if (isAbsent(stop)) return undefined;
  const texts = asArray(stop, 'generationConfig.stopSequences');
  if (texts.length === 0) return undefined;
  return texts.map((text, i) => asString(text, `generationConfig.stopSequences.${i}`));
}

const levels: Readonly<Record<string, LlmEffort>> = { MINIMAL: 'minimal', LOW: 'low', MEDIUM: 'medium', HIGH: 'high' };

/** A budget of 0 is no thought; -1 leaves it to the model. */
function decodeThinkingWish(value: Json | undefined): LlmRequest['thinking'] {
  if (isAbsent(value)) return undefined;
  const path = 'generationConfig.thinkingConfig';
  const wish = camelObject(value, path);
  refuseOthers(wish, new Set(['includeThoughts', 'thinkingBudget', 'thinkingLevel']), `${path}.`);
  const isShown = optionalBoolean(wish['includeThoughts'], `${path}.includeThoughts`);
  const budget = optionalNumber(wish['thinkingBudget'], `${path}.thinkingBudget`);
  if (budget === 0) return { effort: 'none' };
  return present({
    effort: decodeLevel(optionalString(wish['thinkingLevel'], `${path}.thinkingLevel`), `${path}.thinkingLevel`),
    budgetTokens: budget === undefined || budget < 0 ? undefined : budget,
    isShown,
  });
}

function decodeLevel(level: string | undefined, path: string): LlmEffort | undefined {
  const name = level?.toUpperCase();
  if (name === undefined || name === 'THINKING_LEVEL_UNSPECIFIED') return undefined;
  const effort = levels[name];
  if (effort === undefined) throw invalidMember(path, `one of ${Object.keys(levels).join(', ')} is expected`);
  return effort;
}

function decodeFormat(config: JsonObject): LlmFormat | undefined {
  const type = optionalString(config['responseMimeType'], 'generationConfig.responseMimeType') ?? 'text/plain';
  const { responseSchema: own, responseJsonSchema: standard } = config;
  if (!isAbsent(standard)) return schemaFormat(asObject(standard, 'generationConfig.responseJsonSchema'));
  if (!isAbsent(own)) return schemaFormat(jsonSchemaOf(asObject(own, 'generationConfig.responseSchema')));
  if (type === 'application/json') return { type: 'json' };
  if (type === 'text/plain') return undefined;
  throw new Untranslatable(
    `generationConfig.responseMimeType: ${type} is no form that other protocols have. Choose text/plain or application/json.`,
  );
}

function schemaFormat(schema: JsonObject): LlmFormat {
  return { type: 'schema', name: 'answer', schema };
}
