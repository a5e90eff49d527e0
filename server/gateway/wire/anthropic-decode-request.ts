import {
  Untranslatable,
  type LlmEffort,
  type LlmFormat,
  type LlmMessage,
  type LlmRequest,
  type LlmTool,
  type LlmToolChoice,
} from '../../core/llm-message.ts';
import { decodeContent } from './anthropic-blocks.ts';
import {
  asArray,
  asObject,
  asString,
  invalidMember,
  isAbsent,
  isObject,
  optionalBoolean,
  optionalNumber,
  optionalString,
} from './members.ts';
import { present } from './present.ts';
import type { Json, JsonObject } from './wire.ts';

/** Members that the neutral vocabulary has words for. */
const translated: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'stream',
  'max_tokens',
  'temperature',
  'top_p',
  'stop_sequences',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'output_format',
]);

/** Members that an answer does not depend on: caching, billing, attribution, tidying of the context on the server. */
const hints: ReadonlySet<string> = new Set([
  'metadata',
  'cache_control',
  'service_tier',
  'speed',
  'context_management',
  'compaction',
  'diagnostics',
  'billing_policy',
  'betas',
  'user_profile_id',
]);

/** A request of Messages in the neutral vocabulary. @throws Untranslatable */
export function decodeAnthropicRequest(body: JsonObject): LlmRequest {
  refuseUnknown(body);
  const { tool_choice: choice } = body;
  const parallel = isObject(choice) ? optionalBoolean(choice['disable_parallel_tool_use'], 'tool_choice') : undefined;
  const optional = {
    tools: isAbsent(body['tools']) ? undefined : decodeTools(asArray(body['tools'], 'tools'), body['messages']),
    toolChoice: isAbsent(choice) ? undefined : decodeToolChoice(asObject(choice, 'tool_choice')),
    parallelToolCalls: parallel === undefined ? undefined : !parallel,
    maxOutputTokens: optionalNumber(body['max_tokens'], 'max_tokens'),
    temperature: optionalNumber(body['temperature'], 'temperature'),
    topP: optionalNumber(body['top_p'], 'top_p'),
    stop: decodeStop(body['stop_sequences']),
    thinking: decodeThinkingWish(body),
    format: decodeFormat(body),
  };
  return {
    model: asString(body['model'], 'model'),
    messages: [...decodeSystem(body['system']), ...asArray(body['messages'], 'messages').map(decodeMessage)],
    stream: optionalBoolean(body['stream'], 'stream') ?? false,
    ...present(optional),
  };
}

function refuseUnknown(body: JsonObject): void {
  const serverTools = body['mcp_servers'];
  if (Array.isArray(serverTools) && serverTools.length > 0) {
    throw new Untranslatable(
      'mcp_servers: connectors are run by Anthropic, and this model is served by another protocol. Connect the MCP server in your own tool.',
    );
  }
  for (const member of Object.keys(body)) {
    const isKnown = translated.has(member) || hints.has(member) || member === 'mcp_servers';
    if (isKnown || isAbsent(body[member])) continue;
    throw new Untranslatable(
      `${member}: the protocol of this model has no such member. Leave it out, or choose a model that speaks Anthropic Messages.`,
    );
  }
}

function decodeSystem(system: Json | undefined): LlmMessage[] {
  if (isAbsent(system) || system === '') return [];
  const parts = decodeContent(system, 'system');
  return parts.length === 0 ? [] : [{ role: 'system', parts }];
}

function decodeMessage(value: Json, i: number): LlmMessage {
  const path = `messages.${i}`;
  const message = asObject(value, path);
  const { role } = message;
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    throw invalidMember(`${path}.role`, 'user, assistant or system is expected');
  }
  for (const member of Object.keys(message)) {
    if (member === 'role' || member === 'content' || isAbsent(message[member])) continue;
    throw new Untranslatable(`${path}.${member}: the protocol of this model has no such member. Leave it out.`);
  }
  return { role, parts: decodeContent(message['content'], `${path}.content`) };
}

/** The members of a tool that a model of another protocol can be told. */
const toolMembers: ReadonlySet<string> = new Set(['type', 'name', 'description', 'input_schema', 'strict']);

/** When and how arguments are streamed or checked, and examples that the description may do without. */
const toolHints: ReadonlySet<string> = new Set([
  'cache_control',
  'defer_loading',
  'eager_input_streaming',
  'input_examples',
  'allowed_callers',
]);

/** A deferred tool is hidden from the model until a result of a search refers to it; then it is offered like the others. */
function decodeTools(tools: Json[], messages: Json | undefined): LlmTool[] {
  const found = new Set<string>();
  const isOffered = (tool: JsonObject) => {
    if (tool['defer_loading'] !== true) return true;
    if (found.size === 0) collectReferences(messages, found);
    return typeof tool['name'] === 'string' && found.has(tool['name']);
  };
  return tools.flatMap((value, i) => {
    const path = `tools.${i}`;
    const tool = asObject(value, path);
    return isOffered(tool) ? [decodeTool(tool, path)] : [];
  });
}

function collectReferences(value: Json | undefined, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectReferences(item, found);
  else if (isObject(value)) {
    if (value['type'] === 'tool_reference' && typeof value['tool_name'] === 'string') found.add(value['tool_name']);
    collectReferences(value['content'], found);
  }
}

function decodeTool(tool: JsonObject, path: string): LlmTool {
  const type = optionalString(tool['type'], `${path}.type`) ?? 'custom';
  const name = asString(tool['name'] ?? type, `${path}.name`);
  if (type !== 'custom') {
    throw new Untranslatable(
      `${path}: "${name}" (${type}) is defined and partly run by Anthropic, and this model is served by another protocol. Leave the tool out, or choose a model that speaks Anthropic Messages.`,
    );
  }
  for (const member of Object.keys(tool)) {
    if (toolMembers.has(member) || toolHints.has(member) || isAbsent(tool[member])) continue;
    throw new Untranslatable(`${path}.${member}: the protocol of this model has no such member. Leave it out.`);
  }
  const description = optionalString(tool['description'], `${path}.description`);
  const strict = optionalBoolean(tool['strict'], `${path}.strict`);
  return {
    name,
    parameters: asObject(tool['input_schema'], `${path}.input_schema`),
    ...(description === undefined ? {} : { description }),
    ...(strict === undefined ? {} : { strict }),
  };
}

function decodeToolChoice(choice: JsonObject): LlmToolChoice {
  switch (choice['type']) {
    case 'auto':
      return 'auto';
    case 'none':
      return 'none';
    case 'any':
      return 'required';
    case 'tool':
      return { name: asString(choice['name'], 'tool_choice.name') };
    default:
      throw invalidMember('tool_choice.type', 'auto, any, tool or none is expected');
  }
}

function decodeStop(stop: Json | undefined): string[] | undefined {
  if (isAbsent(stop)) return undefined;
  return asArray(stop, 'stop_sequences').map((text, i) => asString(text, `stop_sequences.${i}`));
}

const efforts: readonly LlmEffort[] = ['low', 'medium', 'high', 'xhigh', 'max'];

/** How much to think: `thinking` says whether and within which budget, `output_config.effort` how hard. */
function decodeThinkingWish(body: JsonObject): LlmRequest['thinking'] {
  const effort = decodeEffort(body);
  if (isAbsent(body['thinking'])) return effort === undefined ? undefined : { effort };
  const wish = asObject(body['thinking'], 'thinking');
  const isShown = isAbsent(wish['display']) ? undefined : wish['display'] !== 'omitted';
  const shown = isShown === undefined ? {} : { isShown };
  switch (wish['type']) {
    case 'disabled':
      return { effort: 'none' };
    case 'adaptive':
    case 'between_tools':
      return { ...(effort === undefined ? {} : { effort }), ...shown };
    case 'enabled': {
      const budgetTokens = optionalNumber(wish['budget_tokens'], 'thinking.budget_tokens');
      return {
        ...(budgetTokens === undefined ? {} : { budgetTokens }),
        ...(effort === undefined ? {} : { effort }),
        ...shown,
      };
    }
    default:
      throw invalidMember('thinking.type', 'enabled, adaptive, between_tools or disabled is expected');
  }
}

function decodeEffort(body: JsonObject): LlmEffort | undefined {
  const config = body['output_config'];
  if (!isObject(config) || isAbsent(config['effort'])) return undefined;
  const effort = efforts.find((known) => known === config['effort']);
  if (effort === undefined) throw invalidMember('output_config.effort', `one of ${efforts.join(', ')} is expected`);
  return effort;
}

/** `task_budget` only tells the model how much it may spend. */
const outputMembers: ReadonlySet<string> = new Set(['effort', 'format', 'task_budget']);

function decodeFormat(body: JsonObject): LlmFormat | undefined {
  const config = isAbsent(body['output_config']) ? {} : asObject(body['output_config'], 'output_config');
  for (const member of Object.keys(config)) {
    if (outputMembers.has(member) || isAbsent(config[member])) continue;
    throw new Untranslatable(`output_config.${member}: the protocol of this model has no such member. Leave it out.`);
  }
  const format = config['format'] ?? body['output_format'];
  if (isAbsent(format)) return undefined;
  const { type, schema } = asObject(format, 'output_config.format');
  if (type !== 'json_schema') throw invalidMember('output_config.format.type', 'json_schema is expected');
  return { type: 'schema', name: 'answer', schema: asObject(schema, 'output_config.format.schema'), strict: true };
}

/** Whether a request shows images, at any depth. */
export function hasAnthropicImages(body: JsonObject): boolean {
  return Array.isArray(body['messages']) && body['messages'].some(showsImage);
}

function showsImage(value: Json): boolean {
  if (Array.isArray(value)) return value.some(showsImage);
  if (!isObject(value)) return false;
  if (value['type'] === 'image') return true;
  return showsImage(value['content'] ?? null) || showsImage(value['source'] ?? null);
}
