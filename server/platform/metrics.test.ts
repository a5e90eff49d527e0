import { expect, test } from 'vitest';
import { count, gauge, metricsText } from './metrics.ts';

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
