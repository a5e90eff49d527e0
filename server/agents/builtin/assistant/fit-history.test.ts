import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chatMessages } from './chat-messages.ts';
import { createContextWindow } from './context-window.ts';
import { foldOldest, historyTokens, keptFrom, summaryMaterial, withSummary } from './fit-history.ts';
import type { HistoryItem } from './history.ts';
import { ModelError } from './model-error.ts';

const says = (text: string): HistoryItem => ({ kind: 'person', parts: [{ type: 'text', text }] });
const step = (id: string, chars: number, argument = 'a'): HistoryItem[] => [
  { kind: 'answer', text: '', calls: [{ id, name: 'read', arguments: JSON.stringify({ path: argument }) }] },
  { kind: 'result', callId: id, text: `${id} `.repeat(chars / 3), about: `read ${id}` },
];
const foldedIds = (items: readonly HistoryItem[]) =>
  items.flatMap((item) => (item.kind === 'result' && item.isFolded ? [item.callId] : []));

const means = {
  system: 'S',
  besideTokens: 0,
  summarise: async () => 'What was done.',
  onSummary: async () => undefined,
};

test('[AG93] the oldest results are left out first, and only as many as need be', () => {
  const items = [says('Go'), ...step('r1', 3000), ...step('r2', 3000), ...step('r3', 3000)];
  expect(foldedIds(foldOldest(items, 1))).toEqual(['r1']);
  expect(foldOldest(items, 1)[2]).toMatchObject({ text: expect.stringMatching(/Left out.*3000 characters.*read r1/) });
  expect(foldedIds(foldOldest(items, 2500))).toEqual(['r1', 'r2']);
});

test('[AG93] the results that the model has not answered yet stay', () => {
  const items = [says('Go'), ...step('r1', 3000), ...step('r2', 3000)];
  expect(foldedIds(foldOldest(items, 1e9))).toEqual(['r1']);
});

test('[AG93] a long argument of an old call is left out with its result', () => {
  const items = [says('Go'), ...step('r1', 3000, 'x'.repeat(2000)), ...step('r2', 30)];
  const folded = foldOldest(items, 1e9);
  expect(JSON.stringify(folded[1]).length).toBeLessThan(400);
  expect(chatMessages('S', folded)[2]).toMatchObject({
    tool_calls: [{ function: { arguments: expect.stringContaining('left out') } }],
  });
});

test('[AG93] then old turns become a summary, and every word of people stays', async () => {
  const turns = Array.from({ length: 40 }, (_, at) => [
    says(`Wish ${at}`),
    { kind: 'answer' as const, text: 'word '.repeat(200), calls: [] },
  ]);
  const items = [...turns.flat(), says('Now this')];
  const fitted = await createContextWindow(8_000).fit(items, means);
  expect(historyTokens('S', fitted)).toBeLessThan(8_000);
  const told = JSON.stringify(chatMessages('S', fitted));
  for (const at of turns.keys()) expect(told).toContain(`Wish ${at}`);
  expect(told).toContain('Now this');
  expect(told).toContain('What was done.');
});

test('[AG93] a long turn by itself keeps its last steps', () => {
  const items = [says('Go'), ...['a', 'b', 'c', 'd', 'e'].flatMap((id) => step(id, 30))];
  expect(items[keptFrom(items)]).toMatchObject({ kind: 'answer', calls: [{ id: 'c' }] });
  const summed = withSummary(items, keptFrom(items), 'Sum');
  expect(summed.map(({ kind }) => kind)).toEqual([
    'person',
    'summary',
    'answer',
    'result',
    'answer',
    'result',
    'answer',
    'result',
  ]);
});

test('[AG93] when the model cannot sum up, what was called is said in its place', async () => {
  const items = [
    ...Array.from({ length: 200 }, (_, at) => [says(`W${at}`), ...step(`r${at}`, 300)]).flat(),
    says('Now'),
  ];
  const summarise = () => Promise.reject(new ModelError('final', 'No'));
  const told = JSON.stringify(chatMessages('S', await createContextWindow(12_000).fit(items, { ...means, summarise })));
  expect(told).toContain('called read');
});

test('[AG93] what people said is never cut: when it does not fit, that is said', async () => {
  const items = [says('word '.repeat(40_000))];
  await expect(createContextWindow(8_000).fit(items, means)).rejects.toThrow(/more than the model's 8,000 tokens/);
});

test('[AG93] a window that was too small after all is asked less of', async () => {
  const window = createContextWindow(16_000);
  const items = [says('Go'), ...Array.from({ length: 10 }, (_, at) => step(`r${at}`, 3000)).flat()];
  const before = historyTokens('S', await window.fit(items, means));
  expect(window.shrink()).toBe(true);
  expect(window.shrink()).toBe(true);
  expect(historyTokens('S', await window.fit(items, means))).toBeLessThan(before);
  while (window.shrink());
  expect(window.shrink()).toBe(false);
});

test('[AG93] whatever the history, what comes out fits and holds all that people said', async () => {
  const item = fc.oneof(
    fc.string({ maxLength: 40 }).map((text) => [says(`<${text}>`)]),
    fc.tuple(fc.uuid(), fc.nat(6000)).map(([id, chars]) => step(id, chars)),
    fc.nat(600).map((words): HistoryItem[] => [{ kind: 'answer', text: 'word '.repeat(words), calls: [] }]),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 40 }), async (parts) => {
      const items = [says('First'), ...parts.flat(), says('Last')];
      const fitted = await createContextWindow(10_000).fit(items, means);
      expect(historyTokens('S', fitted)).toBeLessThanOrEqual(7_500);
      const kept = new Set(fitted.flatMap((each) => (each.kind === 'person' ? [JSON.stringify(each)] : [])));
      for (const each of items) if (each.kind === 'person') expect(kept).toContain(JSON.stringify(each));
    }),
    { numRuns: 60 },
  );
});

test('[AG93] what a call wrote is left out when it alone does not fit', async () => {
  const items = [says('Go'), ...step('r1', 30, 'x '.repeat(20_000))];
  const fitted = await createContextWindow(8_000).fit(items, means);
  expect(historyTokens('S', fitted)).toBeLessThan(6_000);
});

test('what is summarised is bounded', () => {
  const items = Array.from({ length: 500 }, (_, at) => step(`r${at}`, 3000)).flat();
  expect(summaryMaterial(items, 9_000).length).toBeLessThan(9_200);
});
