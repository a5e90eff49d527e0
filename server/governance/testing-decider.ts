import { createInterface } from 'node:readline';
import { setDatabaseUrl } from '../../db/client.ts';
import { env } from '../platform/env.ts';
import { decide } from './decide.ts';

/** A process that decides, for tests of what other processes know: a question as JSON a line in, the word as JSON a line out. */
setDatabaseUrl(env().databaseUrl ?? '');
for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await decide(JSON.parse(line)))}\n`);
process.exit(0);
