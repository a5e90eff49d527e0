import { Untranslatable, type LlmTool } from '../../core/llm-message.ts';
import { asArray, asObject, asString, isAbsent } from './members.ts';
import { decodeFunctionTool, decodeTextTool, flatName, kindOf } from './openai-parts.ts';
import { objectsOf } from './openai-texts.ts';
import type { Json, JsonObject, ReplyForm } from './wire.ts';

/**
 * The name of the tool that an item calls. One within a namespace, or at a server that OpenAI asks, is another tool than the
 * client's own of the same name.
 */
export function calledTool(item: JsonObject): string | undefined {
  const { name } = item;
  return typeof name === 'string' ? flatName(item['namespace'] ?? item['server_label'], name) : undefined;
}

/** Items of the conversation may offer tools as well, as Codex does for models that it knows. */
export const isOffer = ({ type }: JsonObject): boolean => type === 'additional_tools';

/** The tools that a request offers, with those within namespaces by their flat names. */
function offeredTools(body: JsonObject): { tool: JsonObject; namespace?: string; name: string }[] {
  const later = objectsOf(body['input']).filter(isOffer);
  const offers = [body, ...later].flatMap(({ tools }) => objectsOf(tools));
  return offers.flatMap((tool) => {
    const name = typeof tool['name'] === 'string' ? tool['name'] : kindOf(tool);
    if (tool['type'] !== 'namespace') return [{ tool, name }];
    return objectsOf(tool['tools']).flatMap((inner) =>
      typeof inner['name'] === 'string' ? [{ tool: inner, namespace: name, name: inner['name'] }] : [],
    );
  });
}

/** What the request says of its tools and of how their calls are to be written. */
export function responsesTools(body: JsonObject): { toolNames: string[]; reply: ReplyForm } {
  const offered = offeredTools(body).map((one) => ({ ...one, flat: flatName(one.namespace, one.name) }));
  const namespaced = offered.flatMap(({ flat, namespace, name }) =>
    namespace === undefined ? [] : [[flat, { namespace, name }] as const],
  );
  return {
    toolNames: offered.map(({ flat }) => flat),
    reply: {
      showsUsage: true,
      textTools: offered.filter(({ tool }) => tool['type'] === 'custom').map(({ flat }) => flat),
      namespaced: Object.fromEntries(namespaced),
    },
  };
}

/** Tools in the neutral vocabulary: functions of the client. @throws Untranslatable for tools that OpenAI runs */
export function decodeResponsesTools(body: JsonObject): LlmTool[] | undefined {
  const later = objectsOf(body['input']).flatMap((item, at) =>
    isOffer(item) ? decodeTools(item['tools'], `input.${at}.tools`) : [],
  );
  if (isAbsent(body['tools'])) return later.length === 0 ? undefined : later;
  return [...decodeTools(body['tools'], 'tools'), ...later];
}

function decodeTools(tools: Json | undefined, path: string): LlmTool[] {
  return asArray(tools, path).flatMap((value, at) => decodeTool(asObject(value, `${path}.${at}`), `${path}.${at}`));
}

function decodeTool(tool: JsonObject, path: string, namespace?: string): LlmTool[] {
  const type = kindOf(tool);
  if (type === 'namespace' && namespace === undefined) {
    const name = asString(tool['name'], `${path}.name`);
    const inner = asArray(tool['tools'], `${path}.tools`);
    return inner.flatMap((value, at) =>
      decodeTool(asObject(value, `${path}.tools.${at}`), `${path}.tools.${at}`, name),
    );
  }
  if (type !== 'function' && type !== 'custom') throw hostedTool(type, path);
  const name = flatName(namespace, asString(tool['name'], `${path}.name`));
  return [type === 'function' ? decodeFunctionTool(tool, name, path) : decodeTextTool(tool, name, path)];
}

function hostedTool(type: string, path: string): Untranslatable {
  const what =
    type.startsWith('web_search') && type !== 'none'
      ? 'Turn web search off (Codex: `web_search = "disabled"`)'
      : 'Leave the tool out';
  return new Untranslatable(
    `${path}: a tool of type "${type}" is run by OpenAI or known to its models alone, and this model is served by another protocol. ${what}, or choose a model that speaks OpenAI Responses.`,
  );
}
