import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { ReadBody } from '../gateway/asked.ts';
import { AppError } from '../core/errors.ts';
import { decoderOf } from '../platform/content-encoding.ts';

const mebibyte = 1024 * 1024;
/** As much as the providers themselves take. */
export const mostBodyBytes = 32 * mebibyte;

/**
 * The JSON object of a model call's request, unpacked when the client packed it.
 * @throws AppError `too_large`, or `invalid` for what is no JSON object or packed in a way that is not known
 */
export async function readModelBody(req: IncomingMessage): Promise<ReadBody> {
  if (Number(req.headers['content-length'] ?? 0) > mostBodyBytes) throw tooLarge();
  const bytes = await unpacked(req);
  return { body: parsed(bytes.toString('utf8')), sizeBytes: bytes.byteLength };
}

async function unpacked(req: IncomingMessage): Promise<Buffer> {
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return collected(req);
  const decoder = decoderOf(encoding);
  if (!decoder)
    throw new AppError(
      'invalid',
      `The body is packed as "${encoding.slice(0, 40)}", which is not understood. Send it as gzip, deflate, br, zstd or plain.`,
    );
  req.pipe(decoder);
  try {
    return await collected(decoder);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('invalid', `The body says that it is packed as "${encoding}" and cannot be unpacked.`, {
      cause,
    });
  } finally {
    req.unpipe(decoder);
    decoder.destroy();
  }
}

function collected(source: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    source.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > mostBodyBytes) reject(tooLarge());
      else chunks.push(chunk);
    });
    let isWhole = false;
    source.once('end', () => {
      isWhole = true;
      resolve(Buffer.concat(chunks, sizeBytes));
    });
    source.once('error', reject);
    source.once('close', () => {
      if (!isWhole) reject(new AppError('invalid', 'The connection broke while the body was sent.'));
    });
  });
}

function parsed(text: string): ReadBody['body'] {
  const value = jsonOf(text);
  // What JSON.parse gives is Json by its definition.
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as ReadBody['body'];
  throw new AppError('invalid', 'The body must be a JSON object.');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalid', 'The body is not valid JSON.', { cause });
  }
}

const tooLarge = () =>
  new AppError('too_large', `The body is larger than ${mostBodyBytes / mebibyte} MiB. Send less in one request.`);
