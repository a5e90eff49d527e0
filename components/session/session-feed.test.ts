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
  const feed = new SessionFeed((_cursor, given) => {
    sink = given;
    return { unsubscribe: () => undefined };
  });
  if (!sink) throw new Error('the feed did not subscribe');
  return { feed, sink };
}

test('what arrives twice after a lost connection is told once', () => {
  const { feed, sink } = opened();
  const heard: number[] = [];
  feed.on('files_changed', ({ seq }) => heard.push(seq));
  sink.onEvents([event(1), event(2)]);
  sink.onEvents([event(2), event(3)]);
  expect(heard).toEqual([1, 2, 3]);
  expect(feed.getTranscript().lastSeq).toBe(3);
});

test('a lost connection is no end, a refusal is, with its words', () => {
  const { feed, sink } = opened();
  sink.onError(undefined);
  expect(feed.getStatus()).toBe('lost');
  sink.onEvents([event(1)]);
  expect(feed.getStatus()).toBe('live');
  sink.onError(Object.assign(new Error('There is no such session.'), { data: { httpStatus: 404 } }));
  expect(feed.getStatus()).toEqual({ ended: 'There is no such session.' });
});
