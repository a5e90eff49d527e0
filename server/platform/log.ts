import { pino } from 'pino';
import { env } from './env.ts';
import { singleton } from './singleton.ts';

/** Structured logs to standard output. Never log texts of files, prompts or secrets: ids and reasons only. */
export function log() {
  return singleton('log', () =>
    pino({
      level: env().logLevel,
      base: null,
      redact: ['req.headers.authorization', 'req.headers.cookie', 'password', 'token', 'ticket', 'secret'],
    }),
  );
}
