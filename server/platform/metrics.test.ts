import { expect, test } from 'vitest';
import { count, countBy, gauge, metricsText, observe } from './metrics.ts';

test('counters add up by label, gauges are read when asked, and the text is as Prometheus reads it', () => {
  let rooms = 1;
  gauge('ensemble_test_rooms', 'Rooms of the test', () => rooms);
  gauge('ensemble_test_pool', 'Connections', () => [{ labels: { state: 'a "b"\\\n' }, value: 2 }]);
  count('ensemble_test_total', 'Requests', { route: 'rest', status: '2xx' });
  count('ensemble_test_total', 'Requests', { route: 'rest', status: '2xx' });
  count('ensemble_test_total', 'Requests', { route: 'page', status: '4xx' });
  rooms = 3;
  const text = metricsText();
  expect(text).toContain(
    '# HELP ensemble_test_rooms Rooms of the test\n# TYPE ensemble_test_rooms gauge\nensemble_test_rooms 3\n',
  );
  expect(text).toContain('ensemble_test_pool{state="a \\"b\\"\\\\\\n"} 2\n');
  expect(text).toContain('# TYPE ensemble_test_total counter\n');
  expect(text).toContain('ensemble_test_total{route="rest",status="2xx"} 2\n');
  expect(text).toContain('ensemble_test_total{route="page",status="4xx"} 1\n');
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) |ensemble_\w+(\{.*\})? [\d.]+$)/);
});

test('a histogram counts each duration in every bucket that holds it, and counters may rise by more than one', () => {
  for (const value of [0.004, 0.2, 0.25, 1_000])
    observe('ensemble_test_seconds', 'Time', { labels: { wire: 'x' }, value });
  countBy('ensemble_test_tokens_total', 'Tokens', { labels: {}, by: 30 });
  countBy('ensemble_test_tokens_total', 'Tokens', { labels: {}, by: 12 });
  const lines = metricsText().split('\n');
  expect(lines).toContain('# TYPE ensemble_test_seconds histogram');
  expect(lines).toContain('ensemble_test_seconds_bucket{wire="x",le="0.005"} 1');
  expect(lines).toContain('ensemble_test_seconds_bucket{wire="x",le="0.1"} 1');
  expect(lines).toContain('ensemble_test_seconds_bucket{wire="x",le="0.25"} 3');
  expect(lines).toContain('ensemble_test_seconds_bucket{wire="x",le="600"} 3');
  expect(lines).toContain('ensemble_test_seconds_bucket{wire="x",le="+Inf"} 4');
  expect(lines).toContain('ensemble_test_seconds_sum{wire="x"} 1000.454');
  expect(lines).toContain('ensemble_test_seconds_count{wire="x"} 4');
  expect(lines).toContain('ensemble_test_tokens_total 42');
});
