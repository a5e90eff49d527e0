import type { IncomingMessage, ServerResponse } from 'node:http';
import { sessionFromCookie } from '../auth/live-session.ts';
import { createContext } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';
import { storeUpload } from '../workspace/store-upload.ts';
import { problemOf, sendProblem } from './rest/problem.ts';
import { sameOrigin } from './same-origin.ts';
import { withUploadBody } from './upload-body.ts';

/** An archive that a signed-in person sends from our own pages; programs use `POST /api/v1/uploads`. */
export async function handleUpload(req: IncomingMessage, res: ServerResponse, publicUrl: string): Promise<void> {
  const requestId = newId('req');
  try {
    if (req.method !== 'POST') throw new AppError('invalid', 'An upload is a POST with the bytes of an archive.');
    if (!sameOrigin(req, publicUrl))
      throw new AppError('forbidden', 'This request came from another site and was refused.');
    const session = await sessionFromCookie(req.headers.cookie);
    const ctx = createContext({
      requestId,
      ...(session ? { actor: session.actor, credential: session.credential } : {}),
    });
    const stored = await withUploadBody(req, (body) => storeUpload(ctx, body));
    res.writeHead(201, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
    res.end(JSON.stringify(stored));
  } catch (error) {
    if (res.destroyed) return;
    sendProblem(res, problemOf(error, requestId));
  }
}
