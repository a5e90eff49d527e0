import { env, type Env } from './env.ts';
import { log } from './log.ts';
import { countBy } from './metrics.ts';
import { singleton } from './singleton.ts';

/**
 * Sends spans by OTLP/HTTP as JSON (opentelemetry-proto 1.x, trace/v1) when OTEL_EXPORTER_OTLP_ENDPOINT is set. Nobody waits for it: spans
 * are gathered, sent in batches, and dropped with a count when the collector does not keep up.
 */
export type SpanValue = string | number | boolean | readonly string[];

export type Span = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startedAtMs: number;
  endedAtMs: number;
  attributes: Readonly<Record<string, SpanValue | undefined>>;
  /** Undefined: it went well. */
  error?: string;
};

export type SpanScope = { name: string; schemaUrl: string };

const mostWaiting = 2_048;
const batchSize = 256;
const pauseMs = 2_000;
const sendTimeoutMs = 10_000;

export type SpanExporter = {
  /** Hands a span over. Never throws and never waits. */
  add(scope: SpanScope, span: Span): void;
  /** Sends what waits. Resolves when it was sent, or given up. */
  flush(): Promise<void>;
};

type Waiting = { span: Span; scope: SpanScope };

export function createSpanExporter(otlp: NonNullable<Env['otlp']>): SpanExporter {
  const waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  async function sendAll(): Promise<void> {
    while (waiting.length > 0) await send(waiting.splice(0, batchSize), otlp);
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    sending ??= sendAll().finally(() => (sending = undefined));
    return sending;
  }

  return {
    flush,
    add(scope, span) {
      if (waiting.length >= mostWaiting) return dropped('full', 1);
      waiting.push({ span, scope });
      if (waiting.length >= batchSize) void flush();
      else timer ??= setTimeout(() => void flush(), pauseMs).unref();
    },
  };
}

type Holder = { exporter: SpanExporter | undefined };
const holder = () =>
  singleton<Holder>('span-exporter', () => {
    const { otlp } = env();
    return { exporter: otlp && createSpanExporter(otlp) };
  });

/** The process's exporter; undefined where no collector is set, and nothing need be made for it. */
export const spanExporter = (): SpanExporter | undefined => holder().exporter;

function dropped(why: 'full' | 'refused', by: number): void {
  countBy('ensemble_spans_dropped_total', 'Trace spans that were not exported', { labels: { why }, by });
}

async function send(batch: readonly Waiting[], otlp: NonNullable<Env['otlp']>): Promise<void> {
  try {
    const response = await fetch(`${otlp.endpoint}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...otlp.headers },
      body: JSON.stringify(requestOf(batch, otlp.serviceName)),
      signal: AbortSignal.timeout(sendTimeoutMs),
    });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`the collector answered ${response.status}`);
  } catch (error) {
    dropped('refused', batch.length);
    log().warn({ err: error, spans: batch.length }, 'trace spans could not be exported');
  }
}

function requestOf(batch: readonly Waiting[], serviceName: string) {
  const scopes = Map.groupBy(batch, ({ scope }) => scope);
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': serviceName }) },
        scopeSpans: [...scopes].map(([{ name, schemaUrl }, spans]) => ({
          scope: { name },
          schemaUrl,
          spans: spans.map(({ span }) => spanOf(span)),
        })),
      },
    ],
  };
}

const clientKind = 3;
const statusError = 2;

function spanOf({ traceId, spanId, parentSpanId, name, startedAtMs, endedAtMs, attributes, error }: Span) {
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: clientKind,
    startTimeUnixNano: nanoseconds(startedAtMs),
    endTimeUnixNano: nanoseconds(endedAtMs),
    attributes: attributesOf(attributes),
    status: error === undefined ? {} : { code: statusError, message: error },
  };
}

/** 64-bit integers are strings in OTLP's JSON. */
const nanoseconds = (ms: number) => String(BigInt(Math.round(ms * 1_000)) * 1_000n);

function attributesOf(attributes: Span['attributes']) {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: valueOf(value) }],
  );
}

function valueOf(value: SpanValue): Record<string, unknown> {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map((text) => ({ stringValue: text })) } };
}
