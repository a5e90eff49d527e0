import { withoutImageMetadata } from '../../core/dlp/image-metadata.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Takes what cameras and programs wrote about a picture out of every image in a body, in place: in blocks that name its type beside its `data`, and
 * in addresses that hold their data.
 */
export function stripImages(body: { [key: string]: Json }): void {
  strip(body);
}

function strip(value: Json): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    const stripped = typeof inner === 'string' ? strippedIn(value, name, inner) : undefined;
    if (stripped === undefined) strip(inner);
    else Object.assign(value, { [name]: stripped });
  }
}

const typeNamed = (holder: { [key: string]: Json }) =>
  holder['media_type'] ?? holder['mimeType'] ?? holder['mime_type'];

const dataAddress = /^data:image\/[^,]{1,200};base64,/i;

function strippedIn(holder: Json[] | { [key: string]: Json }, name: string, text: string): string | undefined {
  const mediaType = Array.isArray(holder) ? undefined : typeNamed(holder);
  if (name === 'data' && typeof mediaType === 'string' && /^image\//i.test(mediaType)) return strippedBase64(text);
  const address = dataAddress.exec(text)?.[0];
  if (address === undefined) return undefined;
  const stripped = strippedBase64(text.slice(address.length));
  return stripped === undefined ? undefined : address + stripped;
}

function strippedBase64(text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64');
  const stripped = withoutImageMetadata(bytes);
  return stripped === bytes ? undefined : Buffer.from(stripped).toString('base64');
}
