import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { AppError } from '../core/errors.ts';

/**
 * The bytes of a request, as a stream that may be given up without breaking the connection: what is left is read and
 * thrown away, so that the refusal reaches the one who is still sending.
 */
export function uploadBody(req: IncomingMessage): Readable {
  const body = new PassThrough();
  req.on('close', () => {
    if (!req.complete)
      body.destroy(new AppError('invalid', 'The connection broke during the upload. Send the archive again.'));
  });
  body.on('close', () => {
    req.unpipe(body);
    req.resume();
  });
  return req.pipe(body);
}
