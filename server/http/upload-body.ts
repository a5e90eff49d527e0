import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { AppError } from '../core/errors.ts';

/**
 * Hands over the bytes of a request as a stream that may be given up at any time: what is left is read and thrown away,
 * so that a refusal reaches the one who is still sending.
 */
export async function withUploadBody<T>(req: IncomingMessage, take: (body: Readable) => Promise<T>): Promise<T> {
  const body = new PassThrough();
  // Whoever takes the bytes hears of it when they break off; nobody else listens.
  body.on('error', () => undefined);
  req.on('close', () => {
    if (!req.complete)
      body.destroy(new AppError('invalid', 'The connection broke during the upload. Send the archive again.'));
  });
  req.pipe(body);
  try {
    return await take(body);
  } finally {
    req.unpipe(body);
    body.destroy();
    req.resume();
  }
}
