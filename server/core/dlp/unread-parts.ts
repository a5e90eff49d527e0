type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The class of what goes to models and cannot be looked into, for policies to close. */
export const unreadClass = 'unread';

const dataAddress = /^data:([\w.+-]{1,60}\/[\w.+-]{1,80})[;,]/;
/** Pictures are looked at for what cameras wrote into them; texts are read. */
const isLookedAt = (mediaType: string) =>
  /^(?:text|image)\/|^application\/(?:json|xml|yaml|x-yaml|javascript|toml)$/i.test(mediaType);

/** The media types of documents and sounds in a request, one for each: their bytes are no text, so nothing in them is found. */
export function unreadParts(body: { [key: string]: Json }): string[] {
  const types: string[] = [];
  look(body, types);
  return types.filter((type) => !isLookedAt(type));
}

function look(value: Json, types: string[]): void {
  if (typeof value === 'string') {
    const address = value.startsWith('data:') ? dataAddress.exec(value)?.[1] : undefined;
    if (address !== undefined) types.push(address.toLowerCase());
    return;
  }
  if (value === null || typeof value !== 'object') return;
  if (!Array.isArray(value)) types.push(...typeOfBytes(value));
  for (const inner of Object.values(value)) look(inner, types);
}

/** Messages and Google name the type beside the bytes, OpenAI the format of a sound. */
function typeOfBytes({ data, format, ...holder }: { [key: string]: Json }): string[] {
  if (typeof data !== 'string' || data.startsWith('data:')) return [];
  const mediaType = holder['media_type'] ?? holder['mimeType'] ?? holder['mime_type'];
  if (typeof mediaType === 'string') return [mediaType.toLowerCase()];
  return typeof format === 'string' ? [`audio/${format.toLowerCase()}`] : [];
}
