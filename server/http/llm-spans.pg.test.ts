import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import type * as OtlpModule from '../platform/otlp.ts';
import type { Span, SpanExporter, SpanScope } from '../platform/otlp.ts';
import { hello, startGateway, type TestGateway } from './testing-gateway.ts';

/** What a collector is told of calls that go through the gateway. */
const { url } = await testDatabase();
setDatabaseUrl(url);

const told = vi.hoisted((): { scope: SpanScope; span: Span }[] => []);
vi.mock('../platform/otlp.ts', async (original) => {
  const exporter: SpanExporter = {
    add: (scope, span) => void told.push({ scope, span }),
    flush: () => Promise.resolve(),
  };
  return { ...(await original<typeof OtlpModule>()), spanExporter: () => exporter };
});

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(() => {
  told.length = 0;
  gateway.models.forget();
});

const theOne = async () => {
  await vi.waitUntil(() => told.length > 0, { timeout: 10_000 });
  expect(told).toHaveLength(1);
  const [one] = told;
  if (!one) throw new Error('no span');
  return one;
};

test('[GW65] a call is one span of the caller’s trace in the words of the conventions, and holds nothing that was said', async () => {
  gateway.models.script({ says: [{ text: 'Answered in confidence' }], usage: { input: 120, output: 40 } });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const response = await gateway.ask({ ...hello, stream: true }, { headers: { traceparent } });
  expect(await response.text()).toContain('Answered');
  const { scope, span } = await theOne();
  expect(scope).toEqual({ name: 'ensemble.gateway', schemaUrl: 'https://opentelemetry.io/schemas/1.37.0' });
  expect(span).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentSpanId: 'b7ad6b7169203331',
    name: 'chat large',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'large',
      'gen_ai.request.max_tokens': 100,
      'gen_ai.response.model': 'scripted-large',
      'gen_ai.usage.input_tokens': 120,
      'gen_ai.usage.output_tokens': 40,
      'ensemble.gen_ai.conventions': '1.37.0',
      'ensemble.team.id': gateway.teamId,
      'error.type': undefined,
    },
  });
  expect(span.endedAtMs).toBeGreaterThanOrEqual(span.startedAtMs);
  expect(JSON.stringify(told)).not.toMatch(/Good morning|confidence|Ana/);
});

test('[GW65] a provider’s failure is the kind of its error', async () => {
  gateway.models.script({ error: { status: 400, message: 'no such thing' } });
  const response = await gateway.ask(hello);
  expect(response.status).toBe(400);
  const { span } = await theOne();
  expect(span.error).toBe(span.attributes['error.type']);
  expect(span.error).toEqual(expect.any(String));
  expect(JSON.stringify(span)).not.toContain('no such thing');
});
