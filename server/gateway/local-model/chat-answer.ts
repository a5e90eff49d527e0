import { randomUUID } from 'node:crypto';
import type { Generated, LibraryChunk } from './library.ts';

/** Answers in the words of chat/completions. */

export type Usage = { prompt_tokens: number; completion_tokens: number; total_tokens: number };
type ToolCall = { id: string; type: 'function'; function: { name: string; arguments: string } };

const finishReasons: Record<string, string> = { maxTokens: 'length', functionCalls: 'tool_calls' };

export const finishOf = ({ metadata }: Generated): string => finishReasons[metadata.stopReason] ?? 'stop';

export function toolCallsOf({ functionCalls = [] }: Generated): ToolCall[] {
  return functionCalls.map(({ functionName, params }) => ({
    id: `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
    type: 'function',
    function: { name: functionName, arguments: JSON.stringify(params ?? {}) },
  }));
}

export type AnswerHead = { id: string; model: string; created: number };

export const newHead = (model: string, now: Date): AnswerHead => ({
  id: `chatcmpl-${randomUUID()}`,
  model,
  created: Math.floor(now.getTime() / 1000),
});

export function wholeAnswer(
  head: AnswerHead,
  said: { text: string; thought: string },
  end: { done: Generated; usage: Usage },
) {
  const calls = toolCallsOf(end.done);
  const message = {
    role: 'assistant',
    content: said.text === '' && calls.length > 0 ? null : said.text,
    ...(said.thought === '' ? {} : { reasoning_content: said.thought }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  const choice = { index: 0, message, finish_reason: finishOf(end.done) };
  return { ...head, object: 'chat.completion', choices: [choice], usage: end.usage };
}

/** One event of a stream. */
export function chunkOf(head: AnswerHead, delta: Record<string, unknown>, finish: string | null = null) {
  return { ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] };
}

export const usageChunk = (head: AnswerHead, usage: Usage) => ({
  ...head,
  object: 'chat.completion.chunk',
  choices: [],
  usage,
});

/** What a piece of the model is: said, or thought. */
export const deltaOf = ({ type, text }: LibraryChunk): Record<string, string> =>
  type === 'segment' ? { reasoning_content: text } : { content: text };

export const errorBody = (
  message: string,
  type: 'invalid_request_error' | 'server_error' | 'authentication_error',
) => ({
  error: { message, type, param: null, code: null },
});
