import { camel } from './gemini-members.ts';
import { isObject } from './members.ts';
import type { Json, JsonObject } from './wire.ts';

/** The parts of contents that are objects, in reading order, in the one spelling of their members. */
export function partsOf(contents: Json | undefined): JsonObject[] {
  const list = Array.isArray(contents) ? contents : [contents ?? null];
  return list.flatMap((content) => {
    const parts = isObject(content) ? content['parts'] : undefined;
    return (Array.isArray(parts) ? parts : [parts ?? null]).filter(isObject).map(camel);
  });
}

/**
 * The ids of calls and of their results. Google's protocol may leave them out, others may not: a call without one is numbered, and a
 * result without one belongs to the first call of its name that has no result yet. By the call or the result itself.
 */
export function callIdsOf(contents: Json | undefined): Map<JsonObject, string> {
  const ids = new Map<JsonObject, string>();
  const open: { id: string; name: Json | undefined }[] = [];
  let calls = 0;
  for (const { functionCall: call, functionResponse: result } of partsOf(contents)) {
    if (isObject(call)) {
      const id = ownId(call) ?? `call_${calls}`;
      calls += 1;
      ids.set(call, id);
      open.push({ id, name: call['name'] });
    }
    if (!isObject(result)) continue;
    const own = ownId(result);
    const at = open.findIndex(({ id, name }) => (own === undefined ? name === result['name'] : id === own));
    const [answered] = at === -1 ? [] : open.splice(at, 1);
    ids.set(result, own ?? answered?.id ?? `call_${calls}`);
  }
  return ids;
}

function ownId({ id }: JsonObject): string | undefined {
  return typeof id === 'string' && id !== '' ? id : undefined;
}
