import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { isStorable, unstorableMessage } from '../../core/storable-text.ts';
import { AppError } from '../../core/errors.ts';

const maxJsonBytes = 4 * 1024 * 1024;

/** @throws invalid when it is no JSON, too_large over 4 MB */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const bytes = await readAtMost(req, maxJsonBytes);
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch (cause) {
    throw new AppError('invalid', 'The request’s body is not valid JSON. Correct it and send it again.', { cause });
  }
}

async function readAtMost(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.from(chunk as Uint8Array);
      sizeBytes += bytes.length;
      if (sizeBytes > maxBytes) throw new AppError('too_large', 'The request’s body is over 4 MB. Send less at once.');
      chunks.push(bytes);
    }
  } finally {
    // What is left is thrown away, so that a refusal reaches the one who is still sending.
    req.resume();
  }
  return Buffer.concat(chunks);
}

/** @throws invalid that lists each field and what is wrong with it */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  if (!isStorable(value)) throw new AppError('invalid', unstorableMessage);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ field: issue.path.join('.') || what, problem: issue.message }));
  const first = issues[0];
  throw new AppError(
    'invalid',
    `The ${what} is not acceptable: ${first?.field ?? what}: ${first?.problem ?? 'wrong form'}. See /api/v1/openapi.json for its form.`,
    { details: { issues } },
  );
}
