import { AppError } from '../../core/errors.ts';
import type { Json, JsonObject } from './wire.ts';

/** Reading members of bodies that strangers wrote: what is not as it must be is refused by its path. */

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that is absent or null, which clients use alike. */
export function isAbsent(value: Json | undefined): value is null | undefined {
  return value === undefined || value === null;
}

export function invalidMember(path: string, problem: string): AppError {
  return new AppError('invalid', `${path}: ${problem}`, { details: { member: path } });
}

export function asObject(value: Json | undefined, path: string): JsonObject {
  if (isObject(value)) return value;
  throw invalidMember(path, 'an object is expected');
}

export function asArray(value: Json | undefined, path: string): Json[] {
  if (Array.isArray(value)) return value;
  throw invalidMember(path, 'an array is expected');
}

export function asString(value: Json | undefined, path: string): string {
  if (typeof value === 'string') return value;
  throw invalidMember(path, 'a string is expected');
}

export function optionalString(value: Json | undefined, path: string): string | undefined {
  return isAbsent(value) ? undefined : asString(value, path);
}

export function optionalNumber(value: Json | undefined, path: string): number | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value === 'number') return value;
  throw invalidMember(path, 'a number is expected');
}

export function optionalBoolean(value: Json | undefined, path: string): boolean | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value === 'boolean') return value;
  throw invalidMember(path, 'true or false is expected');
}

/** A count within what an upstream says of tokens; what is no count is none, and what none can have used neither. */
export function countOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= mostCount ? Math.ceil(value) : undefined;
}

const mostCount = 1_000_000_000;

/** The text as JSON, or undefined when it is none. */
export function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** The text as a JSON object, or undefined when it is none. */
export function parseObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
}
