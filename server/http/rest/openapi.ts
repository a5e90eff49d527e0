import { z } from 'zod';
import { fieldMeanings } from './meanings.ts';
import { restRoutes } from './resources.ts';
import type { RestRoute } from './route.ts';

type Json = Record<string, unknown>;

const problemSchema: Json = {
  type: 'object',
  description:
    'A refusal (RFC 9457). Some kinds have more members: `issues`, `base`, `live`, `suggested`, `retryAfterS`.',
  required: ['type', 'title', 'status', 'detail', 'requestId'],
  properties: {
    type: { type: 'string', description: 'Names the kind, as `urn:ensemble:problem:…`' },
    title: { type: 'string', description: 'The kind in words' },
    status: { type: 'integer', description: 'The status of the answer' },
    detail: { type: 'string', description: 'What happened, why, and what to do next' },
    requestId: { type: 'string', description: 'The server’s log has the request under this id' },
  },
  additionalProperties: true,
};

const problemResponse: Json = {
  description:
    'A refusal. 202: accepted, and not done yet · 400: not acceptable · 401: no token, or one that ended · 403: the right or the scope is missing · 404: absent, or not visible to you · 409: the state does not allow it now · 413: too large · 422: not offered here · 429: too many requests · 503: a part does not answer',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return withMeanings(rest) as Json;
}

/** Gives each field that does not say what it means the meaning its name has everywhere. */
function withMeanings(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withMeanings);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).map(([name, value]) => [
    name,
    name === 'properties' ? describedFields(value as Record<string, Json>) : withMeanings(value),
  ]);
  return Object.fromEntries(entries) as Json;
}

function describedFields(fields: Record<string, Json>): Json {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const meaning = field['description'] === undefined ? fieldMeanings[name] : undefined;
      return [name, { ...(withMeanings(field) as Json), ...(meaning === undefined ? {} : { description: meaning }) }];
    }),
  );
}

const parameterMeanings: Readonly<Record<string, string>> = {
  hunkId: 'Id of the hunk, from the suggestion',
  invitationId: 'Id of the invitation',
  permissionId: 'Id of the question, from the run’s `permissions`',
  personId: 'Id of the person',
  team: 'Slug of the team',
};

function parameters(route: RestRoute): Json[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    description: parameterMeanings[name] ?? fieldMeanings[name] ?? name,
  }));
  const query = route.query ? Object.entries(route.query.shape) : [];
  const inQuery = query.map(([name, field]) => {
    const { description, ...schema } = jsonSchema(field as z.ZodType, 'input');
    return {
      name,
      in: 'query',
      required: !(field as z.ZodType).safeParse(undefined).success,
      schema,
      ...(description === undefined ? {} : { description }),
    };
  });
  return [...inPath, ...inQuery, ...headers(route)];
}

function headers(route: RestRoute): Json[] {
  const named = (name: string, description: string) => ({
    name,
    in: 'header',
    required: false,
    schema: { type: 'string', maxLength: 200 },
    description,
  });
  if (route.method === 'POST' && !route.rawBody)
    return [named('Idempotency-Key', 'A repetition with the same key is answered as the first time, for a day')];
  const streams = Object.values(route.answers).some((answer) => answer.stream !== undefined);
  return streams ? [named('Last-Event-ID', 'The id of the last event that arrived: the stream goes on after it')] : [];
}

function requestBody(route: RestRoute): Json | undefined {
  if (route.rawBody)
    return { required: true, content: { [route.rawBody]: { schema: { type: 'string', format: 'binary' } } } };
  if (!route.body) return undefined;
  return {
    required: !route.body.safeParse({}).success,
    content: { 'application/json': { schema: jsonSchema(route.body, 'input') } },
  };
}

function operation(route: RestRoute): Json {
  const responses: Json = {};
  for (const [status, { description, schema, stream }] of Object.entries(route.answers)) {
    const content = {
      ...(schema ? { 'application/json': { schema: jsonSchema(schema, 'output') } } : {}),
      ...(stream ? { [stream]: { schema: { type: 'string' } } } : {}),
    };
    responses[status] = { description, ...(Object.keys(content).length > 0 ? { content } : {}) };
  }
  const body = requestBody(route);
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    parameters: parameters(route),
    ...(body ? { requestBody: body } : {}),
    responses: { ...responses, default: { $ref: '#/components/responses/Problem' } },
    security: route.isPublic ? [] : [{ bearer: [] }],
  };
}

const introduction = [
  'Everything a person does with sessions, agents and suggestions, without a browser.',
  'Times are ISO 8601 UTC, ids are opaque strings, lists are pages: pass `nextCursor` as `cursor` until it is null.',
  'A refusal is a problem document. What one may not see answers as if it did not exist.',
].join(' ');

let cached: Json | undefined;

/** The whole interface as OpenAPI 3.1, made from the routes themselves. */
export function openApiDocument(): Json {
  if (cached) return cached;
  const paths: Record<string, Json> = {};
  for (const route of restRoutes) {
    const path = `/api/v1${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  const tags = [...new Set(restRoutes.map((route) => route.tag))].map((name) => ({ name }));
  cached = {
    openapi: '3.1.0',
    info: { title: 'Ensemble', version: '1', description: introduction },
    servers: [{ url: '/' }],
    tags,
    components: {
      schemas: { Problem: problemSchema },
      responses: { Problem: problemResponse },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A personal token with scopes, made under Settings › Tokens',
        },
      },
    },
    security: [{ bearer: [] }],
    paths,
  };
  return cached;
}
