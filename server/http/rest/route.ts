import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Context } from '../../context.ts';

/** One call of the public REST interface: its documentation and its doing, in one place. */
export type RestRoute = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below /api/v1, with `{name}` for parameters. */
  path: string;
  operationId: string;
  summary: string;
  tag: string;
  /** Open without a token. */
  isPublic?: boolean;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** The body is taken as it comes (uploads); `handle` reads `req`. */
  rawBody?: string;
  /** Answers by status; 4xx answers are problem documents and need no mention. */
  answers: Record<number, { description: string; schema?: z.ZodType; contentType?: string }>;
  handle(call: RestCall): Promise<RestAnswer | typeof answered>;
};

export type RestCall = {
  ctx: Context;
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  req: IncomingMessage;
  res: ServerResponse;
};

export type RestAnswer = { status: number; body?: unknown; headers?: Record<string, string> };

/** The handler wrote the answer itself (event streams). */
export const answered = Symbol('answered');

type TypedCall<Q, B> = Omit<RestCall, 'query' | 'body'> & { query: Q; body: B };

/** Ties a route's schemas to the types its handler sees. */
export function restRoute<Q extends z.ZodObject, B extends z.ZodType>(
  route: Omit<RestRoute, 'query' | 'body' | 'handle'> & {
    query?: Q;
    body?: B;
    handle(call: TypedCall<z.infer<Q>, z.infer<B>>): Promise<RestAnswer | typeof answered>;
  },
): RestRoute {
  const { handle, ...rest } = route;
  // `dispatch` parses query and body with these very schemas before it calls the handler.
  return { ...rest, handle: (call) => handle(call as TypedCall<z.infer<Q>, z.infer<B>>) };
}

/** The given parameter of a matched path; the router guarantees its presence. */
export function param(call: { params: Record<string, string> }, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`the path has no parameter ${name}`);
  return value;
}
