import type { LlmError, LlmErrorKind, LlmPart, LlmStreamEvent, LlmUsage } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import { openAiErrorMembers } from './openai-errors.ts';
import {
  encodeMessagePart,
  encodeOutputItem,
  encodeResponsesEnd,
  itemId,
  responseObject,
} from './openai-responses-answer.ts';
import { encodeResponsesUsage } from './openai-usage.ts';
import type { JsonObject, ReplyForm } from './wire.ts';

type Told = Extract<LlmPart, { type: 'text' | 'refusal' | 'thinking' | 'tool_call' }>;

/** The part that is being told. */
type Open = { part: Told; id: string; at: number; isSummaryOpen: boolean };

type Encoding = {
  id: string;
  response: JsonObject;
  reply: ReplyForm;
  usage: LlmUsage | undefined;
  output: JsonObject[];
  open: Open | undefined;
  sequence: number;
};

type Body = { type: string } & JsonObject;

/** A writer of one stream of Responses, for parts that come one after the other. Each part is an item. */
export function responsesStreamEncoder(reply: ReplyForm): (event: LlmStreamEvent) => SseEvent[] {
  const encoding: Encoding = {
    id: '',
    response: responseObject({ id: '', model: '' }),
    reply,
    usage: undefined,
    output: [],
    open: undefined,
    sequence: 0,
  };
  return (event) => bodiesOf(encoding, event).map((body) => sse(body, encoding.sequence++));
}

function sse({ type, ...members }: Body, sequence: number): SseEvent {
  return { event: type, data: JSON.stringify({ type, sequence_number: sequence, ...members }) };
}

function bodiesOf(encoding: Encoding, event: LlmStreamEvent): Body[] {
  switch (event.type) {
    case 'start':
      return start(encoding, event);
    case 'usage':
      encoding.usage = event.usage;
      return [];
    case 'end':
      return end(encoding, event);
    case 'error':
      return errorBodies(event.error, { ...encoding.response, output: encoding.output });
    default:
      return partBodies(encoding, event);
  }
}

function start(encoding: Encoding, event: Extract<LlmStreamEvent, { type: 'start' }>): Body[] {
  encoding.id = event.id;
  encoding.usage = event.usage;
  encoding.response = responseObject(event);
  return ['response.created', 'response.in_progress'].map((type) => ({ type, response: encoding.response }));
}

function end(encoding: Encoding, { stop, usage }: Extract<LlmStreamEvent, { type: 'end' }>): Body[] {
  const ending = encodeResponsesEnd(stop);
  const members = { ...ending, output: encoding.output, usage: encodeResponsesUsage(usage ?? encoding.usage) };
  const name = ending['status'] === 'incomplete' ? 'incomplete' : 'completed';
  return [{ type: `response.${name}`, response: { ...encoding.response, ...members } }];
}

type PartEvent = Exclude<LlmStreamEvent, { type: 'start' | 'usage' | 'end' | 'error' }>;

function partBodies(encoding: Encoding, event: PartEvent): Body[] {
  switch (event.type) {
    case 'part_start':
      return startPart(encoding, event.part);
    case 'text':
    case 'refusal':
    case 'thinking':
      return addText(encoding, event.text);
    case 'arguments':
      return addArguments(encoding, event.json);
    case 'thinking_proof':
      if (encoding.open?.part.type === 'thinking') encoding.open.part.proof = event.proof;
      return [];
    case 'part_end':
      return endPart(encoding);
  }
}

function startPart(encoding: Encoding, part: LlmPart): Body[] {
  const at = encoding.output.length;
  const id = itemId(part, encoding.id, at);
  // What cannot be shown is refused by the writing of the item.
  const item = encodeOutputItem(part, { id, reply: encoding.reply });
  if (part.type === 'image' || part.type === 'document' || part.type === 'tool_result') return [];
  encoding.open = { part: { ...part }, id, at, isSummaryOpen: false };
  return [{ type: 'response.output_item.added', output_index: at, item: { ...item, ...begun[part.type] } }];
}

/** How an item stands before anything of it is told. */
const begun: Readonly<Record<Told['type'], JsonObject>> = {
  text: { status: 'in_progress', content: [] },
  refusal: { status: 'in_progress', content: [] },
  thinking: { summary: [] },
  tool_call: { status: 'in_progress' },
};

const placeOf = ({ id, at }: Open) => ({ item_id: id, output_index: at });

function addText(encoding: Encoding, text: string): Body[] {
  const { open } = encoding;
  if (open === undefined || open.part.type === 'tool_call') return [];
  const opening = openText(open);
  open.part.text += text;
  const extra = open.part.type === 'text' ? { logprobs: [] } : {};
  return [...opening, { type: `${eventOf[open.part.type]}.delta`, ...textPlaceOf(open), delta: text, ...extra }];
}

const eventOf = {
  text: 'response.output_text',
  refusal: 'response.refusal',
  thinking: 'response.reasoning_summary_text',
} as const;

function textPlaceOf(open: Open): JsonObject {
  return { ...placeOf(open), ...(open.part.type === 'thinking' ? { summary_index: 0 } : { content_index: 0 }) };
}

/** Before the first text of an item its part begins. */
function openText(open: Open): Body[] {
  if (open.isSummaryOpen || open.part.type === 'tool_call') return [];
  open.isSummaryOpen = true;
  if (open.part.type === 'thinking') {
    const part = { type: 'summary_text', text: '' };
    return [{ type: 'response.reasoning_summary_part.added', ...textPlaceOf(open), part }];
  }
  const part = encodeMessagePart({ type: open.part.type, text: '' });
  return [{ type: 'response.content_part.added', ...textPlaceOf(open), part }];
}

function addArguments({ open, reply }: Encoding, json: string): Body[] {
  if (open?.part.type !== 'tool_call') return [];
  open.part.arguments += json;
  // The input of a text tool is text only when it is whole.
  if (reply.textTools.includes(open.part.name)) return [];
  return [{ type: 'response.function_call_arguments.delta', ...placeOf(open), delta: json }];
}

function endPart(encoding: Encoding): Body[] {
  const { open, reply, output } = encoding;
  if (open === undefined) return [];
  encoding.open = undefined;
  const item = encodeOutputItem(open.part, { id: open.id, reply });
  output.push(item);
  return [...endTexts(open, item), { type: 'response.output_item.done', output_index: open.at, item }];
}

/** The whole text again, as this protocol does. */
function endTexts(open: Open, item: JsonObject): Body[] {
  const { part } = open;
  const place = textPlaceOf(open);
  switch (part.type) {
    case 'text':
    case 'refusal': {
      const whole = encodeMessagePart(part);
      const { type: _, annotations: __, ...text } = whole;
      return [
        ...openText(open),
        { type: `${eventOf[part.type]}.done`, ...place, ...text },
        { type: 'response.content_part.done', ...place, part: whole },
      ];
    }
    case 'thinking': {
      if (!open.isSummaryOpen) return [];
      const summary = { type: 'summary_text', text: part.text };
      return [
        { type: `${eventOf.thinking}.done`, ...place, text: part.text },
        { type: 'response.reasoning_summary_part.done', ...place, part: summary },
      ];
    }
    case 'tool_call': {
      const { input, arguments: json = '', name = '' } = item;
      if (input === undefined) {
        return [{ type: 'response.function_call_arguments.done', ...placeOf(open), name, arguments: json }];
      }
      return [
        { type: 'response.custom_tool_call_input.delta', ...placeOf(open), delta: input },
        { type: 'response.custom_tool_call_input.done', ...placeOf(open), input },
      ];
    }
  }
}

/** Codes in a stream by which agents know whether to go on, to try again, or to shorten the conversation. */
const streamCodes: Partial<Record<LlmErrorKind, string>> = {
  invalid_request: 'invalid_prompt',
  policy: 'invalid_prompt',
  permission: 'invalid_prompt',
  authentication: 'invalid_prompt',
  not_found: 'invalid_prompt',
  too_large: 'invalid_prompt',
  upstream: 'server_error',
  timeout: 'server_error',
};

/** The official client throws what `error` says, agents look for `response.failed`: both are said. */
function errorBodies(error: LlmError, response: JsonObject): Body[] {
  const { message } = error;
  const code = streamCodes[error.kind] ?? openAiErrorMembers(error).code;
  return [
    { type: 'error', code, message, param: null },
    { type: 'response.failed', response: { ...response, status: 'failed', error: { code, message } } },
  ];
}

/** The last events of a stream that breaks. Where in the order they stand is not known here: they begin at 0. */
export function responsesStreamError(error: LlmError): SseEvent[] {
  return errorBodies(error, responseObject({ id: 'failed', model: '' })).map((body, at) => sse(body, at));
}
