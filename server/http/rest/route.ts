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
  /** The body is taken as it comes (uploads): its content type; `handle` reads `req`. */
  rawBody?: string;
  /** Answers by status; refusals are problem documents and need no mention. */
  answers: RestAnswers;
  handle(call: RestCall): Promise<RestAnswer | typeof answered>;
};

/** `stream`: the answer can also be this stream of events, when the caller accepts one. */
export type RestAnswers = Record<number, { description: string; schema?: z.ZodType; stream?: string }>;

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

/** What a handler may answer: a documented status with a body that fits its schema. */
type TypedAnswer<A extends RestAnswers> = {
  [S in keyof A & number]: A[S] extends { schema: infer T extends z.ZodType }
    ? { status: S; body: z.input<T> }
    : { status: S; body: undefined };
}[keyof A & number];

/** An answer of a handler; its status stays one of those that are documented. */
export function reply<S extends number, B>(status: S, body: B): { status: S; body: B } {
  return { status, body };
}

/** Ties a route's schemas to the types its handler sees and answers. */
export function restRoute<Q extends z.ZodObject, B extends z.ZodType, const A extends RestAnswers>(
  route: Omit<RestRoute, 'query' | 'body' | 'answers' | 'handle'> & {
    query?: Q;
    body?: B;
    answers: A;
    handle: (call: TypedCall<z.infer<Q>, z.infer<B>>) => Promise<TypedAnswer<A> | typeof answered>;
  },
): RestRoute {
  const { handle, ...rest } = route;
  return {
    ...rest,
    async handle(call) {
      // The dispatcher parses query and body with these very schemas before it calls the handler.
      const answer: RestAnswer | typeof answered = await handle(call as TypedCall<z.infer<Q>, z.infer<B>>);
      return answer === answered ? answer : documented(rest.answers, answer);
    },
  };
}

/** An answer holds what its documentation says and nothing else, whatever a row grows. */
function documented(answers: RestAnswers, answer: RestAnswer): RestAnswer {
  const schema = answers[answer.status]?.schema;
  return schema ? { ...answer, body: schema.parse(answer.body) } : answer;
}

/** The given parameter of a matched path; the router guarantees its presence. */
export function param(call: { params: Record<string, string> }, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`the path has no parameter ${name}`);
  return value;
}
