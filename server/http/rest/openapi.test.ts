import { describe, expect, test } from 'vitest';
import { openApiDocument } from './openapi.ts';
import { restRoutes } from './resources.ts';

type Json = Record<string, unknown>;
const document = JSON.parse(JSON.stringify(openApiDocument())) as Json;
const at = (node: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((found, key) => (found as Json | undefined)?.[key], node);

const operations = Object.entries(document['paths'] as Record<string, Record<string, Json>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation, name: `${method} ${path}` })),
);

/** Every object in the document with the path to it. */
function* nodes(node: unknown, path: string[] = []): Generator<{ node: Json; path: string[] }> {
  if (typeof node !== 'object' || node === null) return;
  yield { node: node as Json, path };
  for (const [key, child] of Object.entries(node)) yield* nodes(child, [...path, key]);
}

describe('the document of the interface', () => {
  test('is OpenAPI 3.1 with what its root has to have', () => {
    expect(document['openapi']).toBe('3.1.0');
    expect(document['info']).toMatchObject({ title: 'Ensemble', version: '1' });
    expect(operations.length).toBe(restRoutes.length);
    expect(at(document, 'components', 'securitySchemes', 'bearer')).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  test('names each operation once, with a summary and a declared tag', () => {
    const ids = operations.map(({ operation }) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = (document['tags'] as { name: string }[]).map(({ name }) => name);
    for (const { operation, name } of operations) {
      expect(operation['operationId'], name).toMatch(/^[a-z][A-Za-z]+$/);
      expect(String(operation['summary']).length, name).toBeGreaterThan(5);
      for (const tag of operation['tags'] as string[]) expect(tags, name).toContain(tag);
    }
  });

  test('declares each parameter of each path once, and no other', () => {
    for (const { path, operation, name } of operations) {
      const parameters = operation['parameters'] as { name: string; in: string; required: boolean; schema: Json }[];
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      const inTemplate = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(
        inPath.map((parameter) => parameter.name),
        name,
      ).toEqual(inTemplate);
      expect(inPath.every((parameter) => parameter.required)).toBe(true);
      const keys = parameters.map((parameter) => `${parameter.in}:${parameter.name}`);
      expect(new Set(keys).size, name).toBe(keys.length);
      for (const parameter of parameters) expect(parameter.schema, `${name} ${parameter.name}`).toBeTypeOf('object');
    }
  });

  test('has a success and a refusal for each operation, each with a description and, unless it is empty, a schema', () => {
    for (const { operation, name } of operations) {
      const responses = operation['responses'] as Record<string, Json>;
      const successes = Object.keys(responses).filter((status) => /^2\d\d$/.test(status));
      expect(successes.length, name).toBeGreaterThan(0);
      expect(responses['default'], name).toEqual({ $ref: '#/components/responses/Problem' });
      for (const status of successes) {
        expect(responses[status]?.['description'], `${name} ${status}`).toBeTypeOf('string');
        if (status === '204') continue;
        const schema = at(responses[status], 'content', 'application/json', 'schema') as Json | undefined;
        expect(schema?.['type'], `${name} ${status}`).toBe('object');
      }
    }
  });

  test('takes a body only where one is sent', () => {
    for (const { method, operation, name } of operations) {
      const body = operation['requestBody'];
      if (method === 'get' || method === 'delete') expect(body, name).toBeUndefined();
      for (const content of Object.values((at(body, 'content') as Json | undefined) ?? {}))
        expect(at(content, 'schema'), name).toBeTypeOf('object');
    }
  });

  test('refers only to what is there', () => {
    for (const { node, path } of nodes(document)) {
      const ref = node['$ref'];
      if (typeof ref !== 'string') continue;
      expect(ref.startsWith('#/'), path.join('/')).toBe(true);
      expect(at(document, ...ref.slice(2).split('/')), `${path.join('/')} → ${ref}`).toBeDefined();
    }
  });

  test('says of each field and each parameter what it means', () => {
    const silent: string[] = [];
    const isSilent = (node: Json) => node['const'] === undefined && typeof node['description'] !== 'string';
    for (const { node, path } of nodes(document)) {
      const isField = path.at(-2) === 'properties' && path.at(-3) !== 'properties';
      const isParameter = path.at(-2) === 'parameters';
      if ((isField || isParameter) && isSilent(node)) silent.push(path.join('/'));
    }
    expect(silent).toEqual([]);
  });

  test('each required field exists', () => {
    for (const { node, path } of nodes(document)) {
      if (!Array.isArray(node['required']) || node['type'] !== 'object') continue;
      const properties = Object.keys((node['properties'] as Json | undefined) ?? {});
      for (const name of node['required'] as string[]) expect(properties, path.join('/')).toContain(name);
    }
  });

  test('has the calls that programs were promised', () => {
    const promised = [
      'get /api/v1/me',
      'post /api/v1/uploads',
      'post /api/v1/projects',
      'get /api/v1/projects',
      'get /api/v1/projects/{}',
      'post /api/v1/sessions',
      'get /api/v1/sessions',
      'post /api/v1/sessions/{}/tickets',
      'get /api/v1/sessions/{}/files',
      'post /api/v1/sessions/{}/files/open',
      'post /api/v1/sessions/{}/prompts',
      'get /api/v1/sessions/{}/suggestions',
      'post /api/v1/sessions/{}/commits',
      'get /api/v1/agents',
      'get /api/v1/runs/{}',
      'get /api/v1/runs/{}/events',
      'post /api/v1/runs/{}/cancel',
      'post /api/v1/runs/{}/permissions/{}',
      'get /api/v1/suggestions/{}',
      'post /api/v1/suggestions/{}/hunks/{}',
      'get /api/v1/audit',
    ];
    const there = operations.map(({ name }) => name.replaceAll(/\{\w+\}/g, '{}'));
    for (const call of promised) expect(there).toContain(call);
  });
});
