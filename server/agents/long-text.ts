import type { SessionEventBody } from '../core/session-event.ts';

const inlineBytes = 8 * 1024;

type LongText = { text: string; blobId?: string | undefined; sizeBytes: number };

/**
 * Cuts the long texts of an entry to their first 8 KB and gives the whole to `storeText`, whose id stays in the entry.
 * `sizeBytes` remains the size of the whole, in UTF-8.
 */
export async function cutLongTexts(
  body: SessionEventBody,
  storeText: (text: string) => Promise<string>,
): Promise<SessionEventBody> {
  if (body.type === 'tool_call' && body.input !== undefined) {
    return { ...body, input: await cutText(body.input, storeText) };
  }
  if (body.type === 'tool_call_update' && body.output !== undefined) {
    return { ...body, output: await cutText(body.output, storeText) };
  }
  return body;
}

async function cutText(whole: LongText, storeText: (text: string) => Promise<string>): Promise<LongText> {
  if (whole.sizeBytes <= inlineBytes) return whole;
  const blobId = await storeText(whole.text);
  return { text: headOf(whole.text), blobId, sizeBytes: whole.sizeBytes };
}

/** The first 8 KB, never half a character. */
function headOf(text: string): string {
  const bytes = Buffer.from(text.slice(0, inlineBytes));
  if (bytes.length <= inlineBytes) return text.slice(0, inlineBytes).toWellFormed();
  let end = inlineBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString('utf8');
}
