import { expect, test } from 'vitest';
import type { SessionEvent } from '@/server/core/session-event.ts';
import { SessionFeed } from './session-feed.ts';

const event = (seq: number): SessionEvent => ({
  seq,
  at: '2026-01-01T00:00:00.000Z',
  actor: { kind: 'person', id: 'per_a', name: 'Ana' },
  body: { type: 'files_changed', paths: [`f${seq}`], cause: 'create' },
});

type Sink = Parameters<ConstructorParameters<typeof SessionFeed>[0]>[1];

function opened() {
  let sink: Sink | undefined;
  const due: (() => void)[] = [];
  const dueLater: (() => void)[] = [];
  const feed = new SessionFeed(
    (_cursor, given) => {
      sink = given;
      return { unsubscribe: () => undefined };
    },
    { soon: (act) => due.push(act), later: (act) => dueLater.push(act) },
  );
  const frame = () => due.splice(0).forEach((act) => act());
  const moment = () => dueLater.splice(0).forEach((act) => act());
  if (!sink) throw new Error('the feed did not subscribe');
  return { feed, sink, frame, moment };
}

test('what arrives twice after a lost connection is told once', () => {
  const { feed, sink, frame } = opened();
  const heard: number[] = [];
  feed.on('files_changed', ({ seq }) => heard.push(seq));
  sink.onEvents([event(1), event(2)]);
  sink.onEvents([event(2), event(3)]);
  frame();
  expect(heard).toEqual([1, 2, 3]);
  expect(feed.getTranscript().lastSeq).toBe(3);
});

test('[CV58] what arrives one by one is told together, once a frame', () => {
  const { feed, sink, frame } = opened();
  let told = 0;
  feed.subscribe(() => (told += 1));
  for (let seq = 1; seq <= 5000; seq++) sink.onEvents([event(seq)]);
  expect(told).toBe(0);
  frame();
  expect(told).toBe(1);
  expect(feed.getTranscript().lastSeq).toBe(5000);
});

test('[CV58] of a long log the parts are told together, with the last of them or after a moment', () => {
  const { feed, sink, frame, moment } = opened();
  let told = 0;
  feed.subscribe(() => (told += 1));
  const part = (from: number, count: number) => Array.from({ length: count }, (_, at) => event(from + at));
  sink.onEvents(part(1, 500));
  sink.onEvents(part(501, 500));
  frame();
  expect(told).toBe(0);
  sink.onEvents(part(1001, 20));
  frame();
  expect([told, feed.getTranscript().lastSeq]).toEqual([1, 1020]);
  moment();
  expect(told).toBe(1);

  sink.onEvents(part(1021, 500));
  moment();
  expect([told, feed.getTranscript().lastSeq]).toEqual([2, 1520]);
});

test('a lost connection is no end, a refusal is, with its words', () => {
  const { feed, sink, frame } = opened();
  sink.onError(undefined);
  expect(feed.getStatus()).toBe('lost');
  sink.onEvents([event(1)]);
  frame();
  expect(feed.getStatus()).toBe('live');
  sink.onError(Object.assign(new Error('There is no such session.'), { data: { httpStatus: 404 } }));
  expect(feed.getStatus()).toEqual({ ended: 'There is no such session.' });
});
