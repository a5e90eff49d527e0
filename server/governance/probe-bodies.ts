import type { LlmProtocol } from '../core/llm-message.ts';
import type { ProbeName } from '../core/provider.ts';

/** The smallest requests that show whether a provider does something, and how its answer shows it. */

type ModelProbe = Exclude<ProbeName, 'models'>;

/** One blue pixel. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg==';
const greeting = 'Say OK.';
const toolName = 'report';
const toolDescription = 'Reports that tools work. Call it.';
const noParameters = { type: 'object', properties: {} };
/** Reasoning models count their thoughts, and some servers refuse fewer. */
const fewTokens = 16;
const forTool = 256;

/** The body of a probe in the words of a protocol. */
export function probeBody(protocol: LlmProtocol, probe: ModelProbe, model: string): Record<string, unknown> {
  switch (protocol) {
    case 'anthropic_messages':
      return messagesBody(probe, model);
    case 'openai_chat':
      return chatBody(probe, model);
    case 'openai_responses':
      return responsesBody(probe, model);
  }
}

function messagesBody(probe: ModelProbe, model: string): Record<string, unknown> {
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } };
  const content = probe === 'images' ? [image, { type: 'text', text: greeting }] : greeting;
  return {
    model,
    max_tokens: probe === 'tools' ? forTool : fewTokens,
    messages: [{ role: 'user', content }],
    ...(probe === 'streaming' && { stream: true }),
    ...(probe === 'tools' && {
      tools: [{ name: toolName, description: toolDescription, input_schema: noParameters }],
      tool_choice: { type: 'any' },
    }),
  };
}

function chatBody(probe: ModelProbe, model: string): Record<string, unknown> {
  const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } };
  const content = probe === 'images' ? [{ type: 'text', text: greeting }, image] : greeting;
  const parameters = { name: toolName, description: toolDescription, parameters: noParameters };
  return {
    model,
    messages: [{ role: 'user', content }],
    ...(probe === 'streaming' && { stream: true }),
    ...(probe === 'tools' && { tools: [{ type: 'function', function: parameters }], tool_choice: 'required' }),
  };
}

function responsesBody(probe: ModelProbe, model: string): Record<string, unknown> {
  const image = { type: 'input_image', image_url: `data:image/png;base64,${pixel}` };
  const content = probe === 'images' ? [{ type: 'input_text', text: greeting }, image] : greeting;
  const tool = {
    type: 'function',
    name: toolName,
    description: toolDescription,
    parameters: noParameters,
    strict: false,
  };
  return {
    model,
    input: [{ role: 'user', content }],
    max_output_tokens: probe === 'tools' ? forTool : fewTokens,
    store: false,
    ...(probe === 'streaming' && { stream: true }),
    ...(probe === 'tools' && { tools: [tool], tool_choice: 'required' }),
  };
}

/** Newer OpenAI models refuse one name of the limit, everyone else knows only the other; without one an answer could be long. */
export function withLimit(
  body: Record<string, unknown>,
  name: 'max_tokens' | 'max_completion_tokens',
  probe: ModelProbe,
) {
  return { ...body, [name]: probe === 'tools' ? forTool : fewTokens };
}

const signOfTool: Record<LlmProtocol, string> = {
  anthropic_messages: '"tool_use"',
  openai_chat: '"tool_calls"',
  openai_responses: '"function_call"',
};

/**
 * What an answer of 200 says about a probe.
 * @returns undefined when it shows what was asked for, else what it shows instead
 */
export function shortfall(
  protocol: LlmProtocol,
  probe: ModelProbe,
  answer: { type: string; text: string },
): string | undefined {
  if (probe === 'streaming') {
    if (!answer.type.includes('text/event-stream'))
      return `It did not stream: it answered ${answer.type || 'without a type'}.`;
    return /^data: ?\{/m.test(answer.text) ? undefined : 'Its stream held no event.';
  }
  if (!isObject(answer.text)) return 'Its answer is no JSON object.';
  const isCalled = probe !== 'tools' || answer.text.includes(`${signOfTool[protocol]}`);
  return isCalled ? undefined : 'It answered without calling the tool that it was told to call.';
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
