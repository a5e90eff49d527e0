import { Untranslatable, type LlmImage, type LlmPart } from '../../core/llm-message.ts';
import {
  asArray,
  asObject,
  asString,
  isAbsent,
  isObject,
  invalidMember,
  optionalBoolean,
  optionalString,
} from './members.ts';
import { readProof } from './proof-envelope.ts';
import type { Json, JsonObject } from './wire.ts';

/** Members of any block that are hints, or annotations that other protocols do without. */
const hints: ReadonlySet<string> = new Set(['type', 'cache_control', 'citations', 'caller']);

/** Content as a text or as blocks. */
export function decodeContent(content: Json | undefined, path: string): LlmPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return asArray(content, path).flatMap((block, i) => decodeBlock(asObject(block, `${path}.${i}`), `${path}.${i}`));
}

/** A block in the neutral vocabulary. A document of text is several texts. */
function decodeBlock(block: JsonObject, path: string): LlmPart[] {
  const type = asString(block['type'], `${path}.type`);
  const decode = decoders[type];
  if (decode === undefined) throw untranslatableBlock(type, path);
  return decode(block, path);
}

const decoders: Readonly<Record<string, (block: JsonObject, path: string) => LlmPart[]>> = {
  text: (block, path) => {
    refuseOthers(block, ['text'], path);
    return [{ type: 'text', text: asString(block['text'], `${path}.text`) }];
  },
  image: (block, path) => {
    refuseOthers(block, ['source'], path);
    return [{ type: 'image', image: decodeImage(asObject(block['source'], `${path}.source`), path) }];
  },
  document: decodeDocument,
  search_result: decodeSearchResult,
  thinking: decodeThinking,
  redacted_thinking: (block, path) => [
    {
      type: 'thinking',
      text: '',
      redacted: true,
      ...readProof('anthropic_messages', asString(block['data'], `${path}.data`)),
    },
  ],
  tool_use: (block, path) => {
    refuseOthers(block, ['id', 'name', 'input'], path);
    return [
      {
        type: 'tool_call',
        id: asString(block['id'], `${path}.id`),
        name: asString(block['name'], `${path}.name`),
        arguments: JSON.stringify(asObject(block['input'], `${path}.input`)),
      },
    ];
  },
  tool_result: decodeToolResult,
  tool_reference: (block, path) => {
    refuseOthers(block, ['tool_name'], path);
    return [{ type: 'text', text: `The tool ${asString(block['tool_name'], `${path}.tool_name`)} can be called now.` }];
  },
};

function decodeThinking(block: JsonObject, path: string): LlmPart[] {
  refuseOthers(block, ['thinking', 'signature'], path);
  const signature = optionalString(block['signature'], `${path}.signature`);
  const text = asString(block['thinking'], `${path}.thinking`);
  return [{ type: 'thinking', text, ...(signature ? readProof('anthropic_messages', signature) : {}) }];
}

function decodeToolResult(block: JsonObject, path: string): LlmPart[] {
  refuseOthers(block, ['tool_use_id', 'content', 'is_error'], path);
  const isError = optionalBoolean(block['is_error'], `${path}.is_error`);
  return [
    {
      type: 'tool_result',
      callId: asString(block['tool_use_id'], `${path}.tool_use_id`),
      content: isAbsent(block['content']) ? [] : decodeContent(block['content'], `${path}.content`),
      ...(isError === true ? { isError } : {}),
    },
  ];
}

function decodeImage(source: JsonObject, path: string): LlmImage {
  switch (source['type']) {
    case 'base64': {
      const mediaType = asString(source['media_type'], `${path}.source.media_type`);
      return { source: 'base64', mediaType, data: asString(source['data'], `${path}.source.data`) };
    }
    case 'url':
      return { source: 'url', url: asString(source['url'], `${path}.source.url`) };
    default:
      throw new Untranslatable(
        `${path}.source: only images in the request (base64) or at a URL reach a model of another protocol. Send the image itself.`,
      );
  }
}

function decodeDocument(block: JsonObject, path: string): LlmPart[] {
  refuseOthers(block, ['source', 'title', 'context'], path);
  refuseCitations(block, path);
  const source = asObject(block['source'], `${path}.source`);
  const title = optionalString(block['title'], `${path}.title`);
  const context = optionalString(block['context'], `${path}.context`);
  const before: LlmPart[] = context === undefined ? [] : [{ type: 'text', text: context }];
  if (source['type'] === 'base64') {
    const mediaType = asString(source['media_type'], `${path}.source.media_type`);
    const data = asString(source['data'], `${path}.source.data`);
    return [...before, { type: 'document', mediaType, data, ...(title === undefined ? {} : { name: title }) }];
  }
  const heading: LlmPart[] = title === undefined ? [] : [{ type: 'text', text: title }];
  if (source['type'] === 'text') {
    return [...heading, ...before, { type: 'text', text: asString(source['data'], `${path}.source.data`) }];
  }
  if (source['type'] === 'content')
    return [...heading, ...before, ...decodeContent(source['content'], `${path}.source.content`)];
  throw new Untranslatable(
    `${path}.source: only documents in the request reach a model of another protocol. Send the document itself (base64 or text).`,
  );
}

/** A search result is its title, its source and its texts. */
function decodeSearchResult(block: JsonObject, path: string): LlmPart[] {
  refuseOthers(block, ['source', 'title', 'content'], path);
  refuseCitations(block, path);
  const title = asString(block['title'], `${path}.title`);
  const source = asString(block['source'], `${path}.source`);
  return [{ type: 'text', text: `${title}\n${source}` }, ...decodeContent(block['content'], `${path}.content`)];
}

function refuseCitations(block: JsonObject, path: string): void {
  const { citations } = block;
  if (!isObject(citations) || citations['enabled'] !== true) return;
  throw new Untranslatable(
    `${path}.citations: this model's protocol has no citations. Turn them off, or choose a model that speaks Anthropic Messages.`,
  );
}

/** Members of a block that nothing stands for elsewhere are refused by name; null is absence. */
function refuseOthers(block: JsonObject, known: readonly string[], path: string): void {
  for (const member of Object.keys(block)) {
    if (known.includes(member) || hints.has(member) || isAbsent(block[member])) continue;
    throw new Untranslatable(
      `${path}.${member}: the protocol of this model has no such member. Leave it out, or choose a model that speaks Anthropic Messages.`,
    );
  }
}

function untranslatableBlock(type: string, path: string): Error {
  if (type === '') return invalidMember(`${path}.type`, 'a type is expected');
  const isServers = /^(?:server_tool_use|mcp_tool_use|mcp_tool_listing|.*_tool_result|container_upload)$/.test(type);
  const why = isServers
    ? 'it belongs to a tool that Anthropic runs, and this model is served by another protocol'
    : 'the protocol of this model has no such block';
  return new Untranslatable(
    `${path}: a block of type "${type}" cannot be sent, because ${why}. Begin a new conversation, or choose a model that speaks Anthropic Messages.`,
  );
}
