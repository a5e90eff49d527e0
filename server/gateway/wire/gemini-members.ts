import { Untranslatable } from '../../core/llm-message.ts';
import { asArray, asObject, isAbsent, isObject } from './members.ts';
import type { Json, JsonObject } from './wire.ts';

/** Members of bodies in Google's protocol, which takes each of them in two spellings: `inlineData` and `inline_data`. */

const underscore = /_([a-z])/g;

/** The object with its own members in the one spelling. */
export function camel(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([member, held]) => [camelName(member), held]));
}

export function camelName(member: string): string {
  return member.includes('_') ? member.replaceAll(underscore, (_, letter: string) => letter.toUpperCase()) : member;
}

export function camelObject(value: Json | undefined, path: string): JsonObject {
  return camel(asObject(value, path));
}

/** A list that may be left out, or be its only item. */
export function listOf(value: Json | undefined, path: string): Json[] {
  if (isAbsent(value)) return [];
  return isObject(value) ? [value] : asArray(value, path);
}

/** Refuses by name what nothing stands for in another protocol. What is absent, false or empty asks for nothing. */
export function refuseOthers(body: JsonObject, known: ReadonlySet<string>, path = ''): void {
  for (const [member, value] of Object.entries(body)) {
    if (known.has(member) || isAbsent(value) || value === false) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    throw new Untranslatable(
      `${path}${member}: no protocol that the gateway translates this to has such a member. Leave it out.`,
    );
  }
}
