import type { LlmUsage } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import { readAnthropicStreamError } from './anthropic-errors.ts';
import { decodeAnthropicUsage } from './anthropic-usage.ts';
import { isObject, parseJson, parseObject } from './members.ts';
import type { Json, JsonObject, StreamFilter, StreamListener, TextRole } from './wire.ts';

/** A block whose texts pass the filter: they make one text, under the block's index. */
type OpenBlock = { channel: string; role: TextRole; isJson: boolean; toolName?: string; delta: DeltaForm };

/** Where the text of a delta stands. */
type DeltaForm = { type: string; member: string };

const textForm: DeltaForm = { type: 'text_delta', member: 'text' };
const thinkingForm: DeltaForm = { type: 'thinking_delta', member: 'thinking' };
const inputForm: DeltaForm = { type: 'input_json_delta', member: 'partial_json' };
const forms: ReadonlyMap<Json | undefined, DeltaForm> = new Map(
  [textForm, thinkingForm, inputForm].map((form) => [form.type, form]),
);

type Passing = {
  filter: StreamFilter;
  tell: StreamListener;
  blocks: Map<number, OpenBlock>;
  usage: LlmUsage | undefined;
  isEnded: boolean;
};

/**
 * Passes one stream of Messages: texts, thoughts and arguments of calls go through the filter. An event in which nothing
 * changes goes on byte for byte, whatever it is. What the filter held of a block comes before the block ends.
 */
export function anthropicStreamPass(filter: StreamFilter, tell: StreamListener): (event: SseEvent) => SseEvent[] {
  const passing: Passing = { filter, tell, blocks: new Map(), usage: undefined, isEnded: false };
  return (event) => {
    const body = parseObject(event.data);
    if (body === undefined) return [event];
    switch (body['type']) {
      case 'content_block_delta':
        return passDelta(passing, event, body);
      case 'content_block_start':
        return passStart(passing, event, body);
      case 'content_block_stop':
        return [...releaseBlock(passing, indexOf(body)), event];
      default:
        return passOther(passing, event, body);
    }
  };
}

function passOther(passing: Passing, event: SseEvent, body: JsonObject): SseEvent[] {
  const type = body['type'];
  if (type === 'message_start' && isObject(body['message'])) readUsage(passing, body['message']['usage']);
  if (type === 'message_delta') readUsage(passing, body['usage']);
  if (type !== 'message_delta' && type !== 'message_stop' && type !== 'error') return [event];
  const held = [...passing.blocks.keys()].flatMap((index) => releaseBlock(passing, index));
  tellEnd(passing, body);
  return [...held, event];
}

function tellEnd(passing: Passing, body: JsonObject): void {
  if (body['type'] === 'message_delta' || passing.isEnded) return;
  passing.isEnded = true;
  if (body['type'] === 'message_stop') passing.tell.onEnd();
  else passing.tell.onError(readAnthropicStreamError(body));
}

function readUsage(passing: Passing, usage: Json | undefined): void {
  if (!isObject(usage)) return;
  passing.usage = decodeAnthropicUsage(usage, passing.usage);
  if (passing.usage !== undefined) passing.tell.onUsage(passing.usage);
}

function indexOf(body: JsonObject): number {
  return typeof body['index'] === 'number' ? body['index'] : 0;
}

function passStart(passing: Passing, event: SseEvent, body: JsonObject): SseEvent[] {
  const index = indexOf(body);
  const held = releaseBlock(passing, index);
  const block = body['content_block'];
  if (!isObject(block)) return [...held, event];
  const open = openBlock(index, block);
  if (open === undefined) return [...held, event];
  passing.blocks.set(index, open);
  const isChanged = open.isJson ? passWholeInput(passing, open, block) : passBeginning(passing, open, block);
  return [...held, isChanged ? { ...event, data: JSON.stringify(body) } : event];
}

function openBlock(index: number, block: JsonObject): OpenBlock | undefined {
  const { type, name } = block;
  const channel = String(index);
  if (type === 'text') return { channel, role: 'assistant', isJson: false, delta: textForm };
  if (type === 'thinking') return { channel, role: 'thinking', isJson: false, delta: thinkingForm };
  if (typeof type !== 'string' || !type.endsWith('tool_use')) return undefined;
  const tool = typeof name === 'string' ? { toolName: name } : {};
  return { channel, role: 'tool_arguments', isJson: true, ...tool, delta: inputForm };
}

/** A block may begin with text. */
function passBeginning(passing: Passing, open: OpenBlock, block: JsonObject): boolean {
  const text = block[open.delta.member];
  if (typeof text !== 'string' || text === '') return false;
  const passed = push(passing, open, text);
  block[open.delta.member] = passed;
  return passed !== text;
}

/** Some servers give the arguments of a call whole, where its block begins. */
function passWholeInput(passing: Passing, open: OpenBlock, block: JsonObject): boolean {
  const input = block['input'];
  if (!isObject(input) || Object.keys(input).length === 0) return false;
  const text = JSON.stringify(input);
  const whole: OpenBlock = { ...open, channel: `${open.channel}:input` };
  const passed = push(passing, whole, text) + passing.filter.end(whole.channel);
  block['input'] = parseJson(passed) ?? input;
  return passed !== text;
}

function push({ filter }: Passing, { channel, role, isJson, toolName }: OpenBlock, text: string): string {
  return filter.push({ channel, role, isJson, ...(toolName === undefined ? {} : { toolName }), text });
}

function passDelta(passing: Passing, event: SseEvent, body: JsonObject): SseEvent[] {
  const { delta } = body;
  if (!isObject(delta)) return [event];
  const index = indexOf(body);
  const form = forms.get(delta['type']);
  if (form === undefined)
    return delta['type'] === 'signature_delta' ? [...releaseBlock(passing, index), event] : [event];
  const text = delta[form.member];
  if (typeof text !== 'string' || text === '') return [event];
  const passed = push(passing, blockOf(passing, index, form), text);
  if (passed === text) return [event];
  if (passed === '') return [];
  delta[form.member] = passed;
  return [{ ...event, data: JSON.stringify(body) }];
}

/** The block of a delta; one whose beginning was not seen is made from the delta's form. */
function blockOf(passing: Passing, index: number, form: DeltaForm): OpenBlock {
  const known = passing.blocks.get(index);
  if (known?.delta === form) return known;
  const type = form === textForm ? 'text' : form === thinkingForm ? 'thinking' : 'tool_use';
  const made = openBlock(index, { type }) ?? { channel: String(index), role: 'assistant', isJson: false, delta: form };
  passing.blocks.set(index, made);
  return made;
}

/** What the filter still held of a block, as one more delta. */
function releaseBlock(passing: Passing, index: number): SseEvent[] {
  const block = passing.blocks.get(index);
  if (block === undefined) return [];
  passing.blocks.delete(index);
  const held = passing.filter.end(block.channel);
  if (held === '') return [];
  const delta = { type: block.delta.type, [block.delta.member]: held };
  return [{ event: 'content_block_delta', data: JSON.stringify({ type: 'content_block_delta', index, delta }) }];
}
