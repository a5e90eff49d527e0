import type { AskedCall, HistoryItem, PersonPart, ResultItem } from './history.ts';

/** A message of chat/completions, as far as the assistant speaks it. */
export type ChatMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | ChatPart[] }
  | { role: 'assistant'; content: string | null; reasoning_content?: string; tool_calls?: ChatCall[] }
  | { role: 'tool'; tool_call_id: string; content: string };

export type ChatPart = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };
type ChatCall = { id: string; type: 'function'; function: { name: string; arguments: string } };

const stopped = '(There is no result: the turn was stopped before this call was done.)';

/**
 * The history as a model is told it. Whatever happened to a turn, what comes out is well formed: each call has one result right
 * behind its answer, and no two messages of people follow each other, which templates of some models do not take.
 */
export function chatMessages(system: string, items: readonly HistoryItem[]): ChatMessage[] {
  const results = new Map(items.flatMap((item) => (item.kind === 'result' ? [[item.callId, item] as const] : [])));
  const turnStart = items.findLastIndex(({ kind }) => kind === 'person');
  const messages: ChatMessage[] = [{ role: 'system', content: system }];
  let said: ChatPart[] = [];
  const flush = () => {
    const [first, ...more] = joinTexts(said);
    said = [];
    if (first === undefined) return;
    const content = more.length === 0 && first.type === 'text' ? first.text : [first, ...more];
    messages.push({ role: 'user', content });
  };
  for (const [at, item] of items.entries()) {
    if (item.kind === 'person') said.push(...item.parts.map(personPart));
    if (item.kind === 'note' || item.kind === 'summary') said.push({ type: 'text', text: item.text });
    if (item.kind !== 'answer') continue;
    flush();
    messages.push(...answerMessages(item, { results, isOfThisTurn: at > turnStart }));
  }
  flush();
  return messages;
}

type Answer = Extract<HistoryItem, { kind: 'answer' }>;

function answerMessages(
  { text, thought, calls }: Answer,
  { results, isOfThisTurn }: { results: ReadonlyMap<string, ResultItem>; isOfThisTurn: boolean },
): ChatMessage[] {
  if (text === '' && calls.length === 0) return [];
  const thinking = isOfThisTurn && calls.length > 0 && thought ? { reasoning_content: thought } : {};
  const called = calls.length === 0 ? {} : { tool_calls: calls.map(chatCall) };
  return [
    { role: 'assistant', content: text === '' ? null : text, ...thinking, ...called },
    ...calls.map((call): ChatMessage => {
      return { role: 'tool', tool_call_id: call.id, content: results.get(call.id)?.text ?? stopped };
    }),
  ];
}

function chatCall({ id, name, arguments: json }: AskedCall): ChatCall {
  return { id, type: 'function', function: { name, arguments: isObjectText(json) ? json : '{}' } };
}

/** Servers refuse a whole conversation for arguments that are no JSON; its result says what was wrong with them. */
function isObjectText(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function personPart(part: PersonPart): ChatPart {
  return part.type === 'text'
    ? part
    : { type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${part.data}` } };
}

function joinTexts(parts: readonly ChatPart[]): ChatPart[] {
  const joined: ChatPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.type === 'text' && last?.type === 'text')
      joined[joined.length - 1] = { type: 'text', text: `${last.text}\n\n${part.text}` };
    else joined.push(part);
  }
  return joined;
}
