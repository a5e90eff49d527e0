import { estimateTokens, imageTokens } from '../../../core/token-estimate.ts';
import { chatMessages } from './chat-messages.ts';
import { foldMiddle } from './fold-text.ts';
import { aboutCall, type AskedCall, type HistoryItem, type ResultItem } from './history.ts';

/**
 * Makes a history fit a model: first the oldest results of tools are left out, then old turns become a summary, last of all
 * what is left of the results is shortened. What people said always stays.
 */

/** How many tokens a history takes when a model is told it, about. */
export function historyTokens(system: string, items: readonly HistoryItem[]): number {
  let tokens = 0;
  for (const message of chatMessages(system, items)) {
    tokens += 4;
    if (typeof message.content === 'string') tokens += estimateTokens(message.content);
    else
      for (const part of message.content ?? [])
        tokens += part.type === 'text' ? estimateTokens(part.text) : imageTokens;
    if (message.role !== 'assistant') continue;
    tokens += estimateTokens(message.reasoning_content ?? '');
    for (const call of message.tool_calls ?? [])
      tokens += 8 + estimateTokens(call.function.name) + estimateTokens(call.function.arguments);
  }
  return tokens;
}

/** Results as short as this are not worth leaving out. */
const shortChars = 400;

/**
 * Leaves out results, oldest first, until `spareTokens` are saved. Those that the model has not answered yet stay.
 * @returns the same list when there is nothing to leave out
 */
export function foldOldest(items: readonly HistoryItem[], spareTokens: number): readonly HistoryItem[] {
  const lastAnswer = items.findLastIndex(({ kind }) => kind === 'answer');
  const folded = [...items];
  const dropped = new Set<string>();
  let spared = 0;
  for (const [at, item] of items.entries()) {
    if (spared >= spareTokens || at > lastAnswer) break;
    if (item.kind !== 'result' || item.isFolded) continue;
    dropped.add(item.callId);
    if (item.text.length <= shortChars) continue;
    const text = foldedText(item);
    spared += estimateTokens(item.text) - estimateTokens(text);
    folded[at] = { ...item, text, isFolded: true };
  }
  if (spared === 0) return items;
  return folded.map((item) =>
    item.kind === 'answer' && item.calls.some(({ id }) => dropped.has(id))
      ? { ...item, calls: item.calls.map((call) => (dropped.has(call.id) ? shortCall(call) : call)) }
      : item,
  );
}

/** What stands in place of a result that was left out to make room. */
function foldedText({ about, text }: ResultItem): string {
  return `(Left out to make room: the ${text.length} characters that "${about}" gave. Call it again if you need them.)`;
}

/** A call whose long arguments, such as a whole file, are left out. */
function shortCall(call: AskedCall): AskedCall {
  if (call.arguments.length <= shortChars) return call;
  try {
    return { ...call, arguments: JSON.stringify(JSON.parse(call.arguments), shortString) };
  } catch {
    return { ...call, arguments: '{}' };
  }
}

function shortString(_key: string, value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= shortChars) return value;
  return `${value.slice(0, 120).toWellFormed()}… (${value.length} characters, left out to make room)`;
}

/** Where the part that stays as it is begins: the last turn, or its last steps when it is long by itself. */
export function keptFrom(items: readonly HistoryItem[], steps = 3): number {
  const turn = items.findLastIndex(({ kind }) => kind === 'person');
  const answers = items.flatMap(({ kind }, at) => (kind === 'answer' && at > turn ? [at] : []));
  if (answers.length > steps) return answers.at(-steps) ?? turn;
  return turn;
}

/** The history with what the model did before `from` replaced by a summary; what people said stays word for word. */
export function withSummary(items: readonly HistoryItem[], from: number, summary: string): HistoryItem[] {
  const said = items.slice(0, from).filter(({ kind }) => kind === 'person' || kind === 'note');
  const text = `(Your earlier answers and calls were left out to make room. What you did, in your own summary:)\n${summary}`;
  return [...said, { kind: 'summary', text }, ...items.slice(from)];
}

/** What is to be summarised, as a text of bounded length. */
export function summaryMaterial(items: readonly HistoryItem[], mostChars: number): string {
  const lines = items.flatMap((item): string[] => {
    switch (item.kind) {
      case 'person':
        return item.parts.map((part) => (part.type === 'text' ? `PERSON: ${part.text}` : 'PERSON: (an image)'));
      case 'note':
        return [`NOTE: ${item.text}`];
      case 'summary':
        return [`EARLIER SUMMARY: ${item.text}`];
      case 'answer':
        return [
          ...(item.text === '' ? [] : [`YOU: ${item.text}`]),
          ...item.calls.map((call) => `YOU CALLED: ${aboutCall(call)}`),
        ];
      case 'result':
        return [`RESULT of ${item.about}: ${foldMiddle(item.text, { headChars: 500, tailChars: 300 })}`];
    }
  });
  return foldMiddle(lines.join('\n\n'), { headChars: mostChars / 3, tailChars: (mostChars * 2) / 3 });
}

/** A summary made without a model, for when it cannot make one: what was called, and the beginnings of what was said. */
export function plainSummary(items: readonly HistoryItem[]): string {
  const lines = items.flatMap((item): string[] => {
    if (item.kind === 'summary') return [item.text];
    if (item.kind !== 'answer') return [];
    const said = item.text === '' ? [] : [`- said: ${foldMiddle(item.text, { headChars: 300, tailChars: 100 })}`];
    return [...said, ...item.calls.map((call) => `- called ${aboutCall(call)}`)];
  });
  return foldMiddle(lines.join('\n'), { headChars: 4_000, tailChars: 8_000 });
}

/** Shortens what is left of long results, the newest as well, to about as many characters each, and what was written by calls. */
export function shortenResults(items: readonly HistoryItem[], mostChars: number): HistoryItem[] {
  const done = new Set(items.flatMap((item) => (item.kind === 'result' ? [item.callId] : [])));
  return items.map((item) => {
    if (item.kind === 'answer')
      return { ...item, calls: item.calls.map((call) => (done.has(call.id) ? shortCall(call) : call)) };
    if (item.kind !== 'result' || item.isFolded || item.text.length <= mostChars) return item;
    return { ...item, text: foldMiddle(item.text, { headChars: mostChars / 2, tailChars: mostChars / 2 }) };
  });
}
