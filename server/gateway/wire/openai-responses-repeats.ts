import { isObject } from './members.ts';
import { responsesItemTexts } from './openai-responses-texts.ts';
import { objectsOf } from './openai-texts.ts';
import type { Json, JsonObject, TextRole } from './wire.ts';

/** A text of an item by the name that all events have for it, which repeat it: `output index`.`kind`.`place`. */
export type RepeatedText = {
  key: string;
  role: TextRole;
  isJson: boolean;
  toolName?: string;
  text: string;
  replace: (text: string) => void;
};

/** Events that bring a text in pieces: `NAME.delta`, and whole at its end: `NAME.done`. */
export type StreamedText = {
  /** Kind and place within the item. */
  key(body: JsonObject): string;
  /** Where the whole text stands in the last event. */
  member: string;
  role: TextRole;
  isJson: boolean;
};

const placed = (kind: string, place: string) => (body: JsonObject) => `${kind}.${numberOf(body[place])}`;

export const streamedTexts: Readonly<Record<string, StreamedText>> = {
  'response.output_text': { key: placed('content', 'content_index'), member: 'text', role: 'assistant', isJson: false },
  'response.refusal': { key: placed('content', 'content_index'), member: 'refusal', role: 'assistant', isJson: false },
  'response.reasoning_text': {
    key: placed('content', 'content_index'),
    member: 'text',
    role: 'thinking',
    isJson: false,
  },
  'response.reasoning_summary_text': {
    key: placed('summary', 'summary_index'),
    member: 'text',
    role: 'thinking',
    isJson: false,
  },
  'response.function_call_arguments': {
    key: () => 'arguments',
    member: 'arguments',
    role: 'tool_arguments',
    isJson: true,
  },
  'response.mcp_call_arguments': { key: () => 'arguments', member: 'arguments', role: 'tool_arguments', isJson: true },
  'response.custom_tool_call_input': { key: () => 'input', member: 'input', role: 'tool_arguments', isJson: false },
  'response.code_interpreter_call_code': { key: () => 'code', member: 'code', role: 'tool_arguments', isJson: false },
};

export function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

/** The texts of an item at its place in the output. */
export function itemRepeats(item: JsonObject, at: number): RepeatedText[] {
  const role: TextRole = item['type'] === 'reasoning' ? 'thinking' : 'assistant';
  const isTold = item['type'] === 'message' || item['type'] === 'reasoning';
  if (isTold) {
    return [
      ...objectsOf(item['content']).flatMap((part, place) => partRepeats(part, `${at}.content.${place}`, role)),
      ...objectsOf(item['summary']).flatMap((part, place) => partRepeats(part, `${at}.summary.${place}`, role)),
    ];
  }
  const ownKeys = new Map(['arguments', 'input', 'code'].map((member) => [item[member], `${at}.${member}`]));
  return responsesItemTexts(item).map((place, count) => ({
    ...place,
    key: ownKeys.get(place.text) ?? `${at}.other.${count}`,
  }));
}

/** The text of a part of a message or of what was thought. */
export function partRepeats(part: Json | undefined, key: string, role: TextRole): RepeatedText[] {
  if (!isObject(part)) return [];
  const member = part['type'] === 'refusal' ? 'refusal' : 'text';
  const text = part[member];
  if (typeof text !== 'string') return [];
  return [
    {
      key,
      role,
      isJson: false,
      text,
      replace: (replacement) => {
        part[member] = replacement;
        if (replacement !== text && Array.isArray(part['logprobs'])) part['logprobs'] = [];
      },
    },
  ];
}
