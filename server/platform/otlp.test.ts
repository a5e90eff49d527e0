import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { metricsText } from './metrics.ts';
import { createSpanExporter, type Span } from './otlp.ts';

const received: { path: string | undefined; key: unknown; body: unknown }[] = [];
let status = 200;
const collector = createServer((req, res) => {
  let text = '';
  req.on('data', (chunk: Buffer) => (text += chunk.toString()));
  req.on('end', () => {
    received.push({ path: req.url, key: req.headers['x-key'], body: JSON.parse(text) });
    res.writeHead(status).end('{}');
  });
});
let endpoint: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an address with a port.
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});
afterAll(() => void collector.close());

const scope = { name: 'test', schemaUrl: 'https://opentelemetry.io/schemas/1.37.0' };
const span: Span = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentSpanId: '00f067aa0ba902b7',
  name: 'chat large',
  startedAtMs: 1_700_000_000_000.25,
  endedAtMs: 1_700_000_001_000,
  attributes: { text: 'a', whole: 2, part: 0.5, yes: true, list: ['x', 'y'], none: undefined },
  error: 'timeout',
};

it('[GW65] spans arrive as OTLP/HTTP JSON, several in one request', async () => {
  const exporter = createSpanExporter({ endpoint, headers: { 'x-key': 'k' }, serviceName: 'cave' });
  exporter.add(scope, span);
  exporter.add(scope, { ...span, spanId: 'b7ad6b7169203332' });
  await exporter.flush();
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({ path: '/v1/traces', key: 'k' });
  const sent = z
    .object({
      resourceSpans: z.tuple([
        z.object({
          resource: z.unknown(),
          scopeSpans: z.tuple([z.object({ schemaUrl: z.string(), spans: z.array(z.unknown()) })]),
        }),
      ]),
    })
    .parse(received[0]?.body);
  const [{ resource, scopeSpans }] = sent.resourceSpans;
  expect(resource).toEqual({ attributes: [{ key: 'service.name', value: { stringValue: 'cave' } }] });
  expect(scopeSpans[0].schemaUrl).toBe(scope.schemaUrl);
  expect(scopeSpans[0].spans).toHaveLength(2);
  expect(scopeSpans[0].spans[0]).toEqual({
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: 'chat large',
    kind: 3,
    startTimeUnixNano: '1700000000000250000',
    endTimeUnixNano: '1700000001000000000',
    attributes: [
      { key: 'text', value: { stringValue: 'a' } },
      { key: 'whole', value: { intValue: '2' } },
      { key: 'part', value: { doubleValue: 0.5 } },
      { key: 'yes', value: { boolValue: true } },
      { key: 'list', value: { arrayValue: { values: [{ stringValue: 'x' }, { stringValue: 'y' }] } } },
    ],
    status: { code: 2, message: 'timeout' },
  });
});

it('[GW65] a collector that refuses or is too slow costs spans, which are counted, and nothing else', async () => {
  status = 503;
  const exporter = createSpanExporter({ endpoint, headers: {}, serviceName: 'cave' });
  for (let at = 0; at < 3_000; at++) exporter.add(scope, span);
  await exporter.flush();
  const dropped = [...metricsText().matchAll(/ensemble_spans_dropped_total\{why="(\w+)"\} (\d+)/g)];
  expect(dropped.map(([, why]) => why).toSorted()).toEqual(['full', 'refused']);
  expect(dropped.reduce((sum, [, , count]) => sum + Number(count), 0)).toBe(3_000);
});
