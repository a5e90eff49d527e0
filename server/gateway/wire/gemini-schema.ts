import { isObject } from './members.ts';
import type { Json, JsonObject } from './wire.ts';

/** Members of Google's schemas that say nothing of which values fit. */
const ordering: ReadonlySet<string> = new Set(['propertyOrdering', 'property_ordering', 'example']);

/** Members whose values are schemas by name, where a name is no member. */
const named: ReadonlySet<string> = new Set(['properties', '$defs', 'defs']);

/** Values that are data and no schemas. */
const values: ReadonlySet<string> = new Set(['enum', 'default', 'const', 'required', 'examples']);

/** Counts that Google's form writes as texts. */
const counts = new Map([
  ['minItems', 'minItems'],
  ['maxItems', 'maxItems'],
  ['minLength', 'minLength'],
  ['maxLength', 'maxLength'],
  ['minProperties', 'minProperties'],
  ['maxProperties', 'maxProperties'],
  ['anyOf', 'anyOf'],
  ['any_of', 'anyOf'],
]);

/**
 * A schema in Google's own form (types in capitals, `nullable`) as JSON Schema. One that is JSON Schema already stays as it is.
 */
export function jsonSchemaOf(schema: JsonObject): JsonObject {
  const written: JsonObject = {};
  for (const [member, value] of Object.entries(schema)) {
    if (ordering.has(member) || member === 'nullable') continue;
    const name = counts.get(member) ?? member;
    written[name] = named.has(member) && isObject(value) ? schemasByName(value) : memberOf(member, value);
  }
  return schema['nullable'] === true ? nullable(written) : written;
}

function schemasByName(schemas: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, inner(schema)]));
}

function memberOf(member: string, value: Json): Json {
  if (values.has(member)) return value;
  if (member === 'type' && typeof value === 'string') return value.toLowerCase();
  if (counts.has(member) && typeof value === 'string') return Number(value);
  return inner(value);
}

function inner(value: Json): Json {
  if (Array.isArray(value)) return value.map(inner);
  return isObject(value) ? jsonSchemaOf(value) : value;
}

function nullable(schema: JsonObject): JsonObject {
  const { type, enum: allowed } = schema;
  return {
    ...schema,
    ...(typeof type === 'string' ? { type: [type, 'null'] } : {}),
    ...(Array.isArray(allowed) ? { enum: [...allowed, null] } : {}),
  };
}
