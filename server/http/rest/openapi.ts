import { z } from 'zod';
import { restRoutes } from './resources.ts';
import type { RestRoute } from './route.ts';

type Json = Record<string, unknown>;

const problem: Json = {
  description: 'A refusal (RFC 9457): `detail` says what happened, why and what to do next.',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['type', 'title', 'status', 'detail', 'requestId'],
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          requestId: { type: 'string' },
        },
      },
    },
  },
};

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

function parameters(route: RestRoute): Json[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = route.query ? Object.entries(route.query.shape) : [];
  const inQuery = query.map(([name, schema]) => {
    const { description, ...rest } = jsonSchema(schema as z.ZodType, 'input');
    return {
      name,
      in: 'query',
      required: !(schema as z.ZodType).safeParse(undefined).success,
      schema: rest,
      ...(description ? { description } : {}),
    };
  });
  const idempotent =
    route.method === 'POST' && !route.rawBody
      ? [
          {
            name: 'Idempotency-Key',
            in: 'header',
            required: false,
            schema: { type: 'string', maxLength: 200 },
            description: 'A repetition with the same key is answered as the first time, for a day',
          },
        ]
      : [];
  return [...inPath, ...inQuery, ...idempotent];
}

function requestBody(route: RestRoute): Json | undefined {
  if (route.rawBody)
    return { required: true, content: { [route.rawBody]: { schema: { type: 'string', format: 'binary' } } } };
  return route.body
    ? { required: true, content: { 'application/json': { schema: jsonSchema(route.body, 'input') } } }
    : undefined;
}

function operation(route: RestRoute): Json {
  const responses: Json = { default: problem };
  for (const [status, answer] of Object.entries(route.answers)) {
    const content = answer.schema
      ? { [answer.contentType ?? 'application/json']: { schema: jsonSchema(answer.schema, 'output') } }
      : undefined;
    responses[status] = { description: answer.description, ...(content ? { content } : {}) };
  }
  const body = requestBody(route);
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    parameters: parameters(route),
    ...(body ? { requestBody: body } : {}),
    responses,
    security: route.isPublic ? [] : [{ bearer: [] }],
  };
}

let cached: Json | undefined;

/** The whole interface as OpenAPI 3.1, made from the routes themselves. */
export function openApiDocument(): Json {
  if (cached) return cached;
  const paths: Record<string, Json> = {};
  for (const route of restRoutes) {
    const path = `/api/v1${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  cached = {
    openapi: '3.1.0',
    info: {
      title: 'Ensemble',
      version: '1',
      description:
        'Everything a person does with sessions, agents and suggestions, without a browser. Times are ISO 8601 UTC, ids are opaque strings, lists are pages.',
    },
    components: {
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
