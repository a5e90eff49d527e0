import type { ServerResponse } from 'node:http';
import { refusalOf, type ErrorCode } from '../../core/errors.ts';
import { log } from '../../platform/log.ts';

const status = {
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  invalid: 400,
  conflict: 409,
  rate_limited: 429,
  too_large: 413,
  unsupported: 422,
  unavailable: 503,
  pending: 202,
} as const satisfies Record<ErrorCode, number>;

/** RFC 9457: `type` names the kind, `detail` says what happened, why and what to do. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  requestId: string;
  [extension: string]: unknown;
};

export function problemOf(error: unknown, requestId: string): Problem {
  const refusal = refusalOf(error);
  if (refusal) {
    return {
      ...refusal.details,
      type: `urn:ensemble:problem:${refusal.code}`,
      title: refusal.code.replaceAll('_', ' '),
      status: status[refusal.code],
      detail: refusal.message,
      requestId,
    };
  }
  log().error({ err: error, requestId }, 'REST call failed');
  return {
    type: 'urn:ensemble:problem:fault',
    title: 'fault',
    status: 500,
    detail:
      'The server met a fault it did not expect. Try again; an admin finds the cause in the log under the request id.',
    requestId,
  };
}

export function problemHeaders(problem: Problem): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  };
  if (problem.status === 401) headers['www-authenticate'] = 'Bearer realm="Ensemble"';
  if (problem.status === 429 && typeof problem['retryAfterS'] === 'number')
    headers['retry-after'] = String(problem['retryAfterS']);
  return headers;
}

export function sendProblem(res: ServerResponse, problem: Problem): void {
  res.writeHead(problem.status, problemHeaders(problem));
  res.end(JSON.stringify(problem));
}
