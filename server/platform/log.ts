import { pino, stdSerializers } from 'pino';
import { env } from './env.ts';
import { singleton } from './singleton.ts';

/** Structured logs to standard output. Never log texts of files, prompts or secrets: ids and reasons only. */
export function log() {
  return singleton('log', () =>
    pino({
      level: env().logLevel,
      base: null,
      serializers: { err: loggedError },
      redact: ['req.headers.authorization', 'req.headers.cookie', 'password', 'token', 'ticket', 'secret'],
    }),
  );
}

const deepestCause = 5;
/** Members in which drivers of databases keep values: the parameters, the failing row, the text that did not parse. */
const valueMembers = new Set(['params', 'parameters', 'detail', 'where']);

/**
 * An error as it is logged. A failed query carries its parameters (prompts, texts, hashes), in its message as well; the
 * query and the database's own reason tell enough.
 */
export function loggedError(error: unknown): unknown {
  return error instanceof Error ? stdSerializers.err(withoutValues(error, 0)) : error;
}

function withoutValues(error: Error, depth: number): Error {
  const message = 'params' in error ? (error.message.split('\nparams:', 1)[0] ?? '') : error.message;
  const kept = Object.entries(error).filter(([name]) => name !== 'cause' && !valueMembers.has(name));
  const cause =
    error.cause instanceof Error && depth < deepestCause ? withoutValues(error.cause, depth + 1) : undefined;
  const plain: Error = Object.assign(new Error(message, { cause }), Object.fromEntries(kept), { name: error.name });
  if (error.stack !== undefined) plain.stack = error.stack.replace(error.message, () => message);
  return plain;
}
