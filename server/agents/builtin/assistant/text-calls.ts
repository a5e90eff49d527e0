import type { AskedCall } from './history.ts';

/**
 * Models that were taught to call tools in their text do so where a server does not read it for them: JSON between
 * `<tool_call>` marks. Such calls are taken out of the text; anything else in it stays as it is.
 */
export function callsInText(text: string, tools: readonly string[]): { text: string; calls: AskedCall[] } {
  const calls: AskedCall[] = [];
  const rest = text.replaceAll(marked, (whole, json: string) => {
    const call = readCall(json, tools);
    if (call === undefined) return whole;
    calls.push(call);
    return '';
  });
  return calls.length === 0 ? { text, calls } : { text: rest.trim(), calls };
}

const marked = /<tool_call>\s*(\{[^]*?\})\s*(?:<\/tool_call>|$)/g;

function readCall(json: string, tools: readonly string[]): AskedCall | undefined {
  const value = parse(json);
  if (typeof value !== 'object' || value === null || !('name' in value) || !('arguments' in value)) return undefined;
  const { name, arguments: given } = value;
  if (typeof name !== 'string' || !tools.includes(name)) return undefined;
  return { id: '', name, arguments: typeof given === 'string' ? given : JSON.stringify(given) };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
