import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sessionFromCookie } from '../auth/live-session.ts';
import { createContext } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { log } from '../platform/log.ts';
import { newId } from '../platform/ids.ts';
import { exportSession, exportSessionInput, type SessionExport } from '../sessions/export-session.ts';
import { problemOf, sendProblem } from './rest/problem.ts';
import { sameOrigin } from './same-origin.ts';

/** Writes a session as it is read, at the pace of whoever takes it. */
export async function sendExport(res: ServerResponse, { fileName, contentType, chunks }: SessionExport): Promise<void> {
  res.writeHead(200, {
    'content-type': contentType,
    'content-disposition': `attachment; filename="session"; filename*=UTF-8''${encodeURIComponent(fileName)}`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  try {
    await pipeline(Readable.from(chunks), res);
  } catch (error) {
    // The answer has begun: whoever takes it sees that it breaks off.
    if (!res.closed) log().warn({ err: error }, 'an export broke off');
    res.destroy();
  }
}

/** A session as a file for a signed-in person on our own pages; programs use `GET /api/v1/sessions/{id}/export`. */
export async function handleSessionExport(req: IncomingMessage, res: ServerResponse, publicUrl: string): Promise<void> {
  const requestId = newId('req');
  try {
    const site = req.headers['sec-fetch-site'];
    // Audited like a write, so asked for like one: not by a link from elsewhere.
    if (req.method !== 'GET' || !sameOrigin(req, publicUrl) || (site !== undefined && site !== 'same-origin'))
      throw new AppError('forbidden', 'Export a session from its own page.');
    const url = new URL(req.url ?? '', 'http://localhost');
    const given = exportSessionInput.safeParse({
      sessionId: url.pathname.split('/').at(-1),
      format: url.searchParams.get('format'),
      withValues: url.searchParams.get('values') === '1',
    });
    if (!given.success) throw new AppError('invalid', 'A session is exported as markdown or json.');
    const session = await sessionFromCookie(req.headers.cookie);
    const who = session ? { actor: session.actor, credential: session.credential } : {};
    await sendExport(res, await exportSession(createContext({ requestId, ...who }), given.data));
  } catch (error) {
    if (res.destroyed) return;
    sendProblem(res, problemOf(error, requestId));
  }
}
