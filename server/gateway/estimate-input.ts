import { estimateTokens, imageTokens } from '../core/token-estimate.ts';
import type { Json, JsonObject, TextPlace } from './wire/wire.ts';

/** What a message costs beside its texts: roles and borders. */
const tokensPerText = 3;

/** About how many tokens a request has for its model: its texts (tools among them) and images. */
export function estimateInputTokens(places: readonly Pick<TextPlace, 'text'>[], body: JsonObject): number {
  const texts = places.reduce((sum, { text }) => sum + estimateTokens(text) + tokensPerText, 0);
  return texts + countImages(body) * imageTokens;
}

const imageTypes: ReadonlySet<Json | undefined> = new Set(['image', 'input_image', 'image_url']);

function countImages(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countImages(item), 0);
  return isImage(value) ? 1 : Object.values(value).reduce<number>((sum, item) => sum + countImages(item), 0);
}

/** Google's protocol names the type of bytes and no type of their part. */
function isImage({ type, mimeType, mime_type: spelled = mimeType }: JsonObject): boolean {
  return imageTypes.has(type) || (typeof spelled === 'string' && spelled.startsWith('image/'));
}
