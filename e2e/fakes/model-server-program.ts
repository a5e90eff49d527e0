import { readFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startModelServer, type ModelServerOptions } from './model-server.ts';
import type { Rule } from './model-server-script.ts';

/**
 * The scripted model server as a program of its own, for benchmarks and for driving real agents:
 *
 *   node e2e/fakes/model-server-program.ts [--port N] [--script FILE.json] [--fixed TEXT [--pace MS]] [--keep N] [--key KEY]
 *
 * It prints its address as one line and serves until SIGTERM. FILE.json holds a list of rules (model-server-script.ts).
 * `--fixed` answers from bytes made before and keeps nothing. On SIGUSR2 it prints a line of JSON for each request kept.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    script: { type: 'string' },
    fixed: { type: 'string' },
    pace: { type: 'string' },
    keep: { type: 'string' },
    key: { type: 'string' },
  },
});

const fixed: Pick<ModelServerOptions, 'fixed' | 'keep'> =
  values.fixed === undefined
    ? {}
    : { fixed: { text: values.fixed, ...(values.pace === undefined ? {} : { paceMs: Number(values.pace) }) }, keep: 0 };
const server = await startModelServer({
  port: Number(values.port),
  ...(values.keep === undefined ? {} : { keep: Number(values.keep) }),
  ...(values.key === undefined ? {} : { key: values.key }),
  ...fixed,
});
if (values.script !== undefined) {
  const rules: Rule[] = JSON.parse(readFileSync(values.script, 'utf8'));
  server.script(...rules);
}
writeSync(1, `${server.url}\n`);

process.on('SIGUSR2', () => {
  for (const { method, path, headers, json, atMs, hungUpAtMs } of server.received) {
    writeSync(1, `${JSON.stringify({ method, path, headers, json, atMs, hungUpAtMs })}\n`);
  }
});
process.once('SIGTERM', () => void server.close());
