import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LlmError } from '../core/llm-message.ts';
import {
  brokenFrames,
  bytesOf,
  cutBytes,
  framesOf,
  hear,
  heardOf,
  recutBytes,
  restoringFilter,
  richAnswer,
  through,
} from './testing-streams.ts';
import { translate } from './translate.ts';
import { anthropicMessages } from './wire/anthropic-messages.ts';
import { openAiChat } from './wire/openai-chat.ts';
import { openAiResponses } from './wire/openai-responses.ts';
import { plainReply, type StreamListener, type Wire } from './wire/wire.ts';

/** How many random sets of cuts are tried over all ways together. */
const randomSets = 10_000;

const wires: readonly Wire[] = [anthropicMessages, openAiResponses, openAiChat];
const ways = wires.flatMap((upstream) =>
  wires.map((client) => [upstream.protocol, client.protocol, upstream, client] as const),
);

function listener() {
  const told: { usage: number; ends: number; errors: LlmError[] } = { usage: 0, ends: 0, errors: [] };
  const tell: StreamListener = {
    onUsage: ({ output }) => {
      told.usage = output;
    },
    onEnd: () => {
      told.ends += 1;
    },
    onError: (error) => told.errors.push(error),
  };
  return { told, tell };
}

/** The way of one stream: a pass where both speak the same, else a translation. */
function wayOf(upstream: Wire, client: Wire, tell: StreamListener = listener().tell) {
  if (upstream === client) return upstream.streamPass(restoringFilter(), tell, plainReply);
  return translate(client, upstream, plainReply).stream(restoringFilter(), tell);
}

const expected = heardOf(richAnswer);

/** Chunks of chat/completions say when they were made. */
const timeless = (text: string) => text.replaceAll(/"created(_at)?":\d+/g, '"created":0');

describe.each(ways)('a stream of %s for a client of %s', (_, __, upstream, client) => {
  const bytes = bytesOf(framesOf(upstream.protocol, richAnswer));
  const whole = timeless(through(wayOf(upstream, client), [bytes]));

  it('[GW33] brings texts and arguments restored, usage and how it ended', () => {
    const { told, tell } = listener();
    const heard = hear(client, through(wayOf(upstream, client, tell), [bytes]));
    expect(heard).toMatchObject(expected);
    expect(heard.usage).toMatchObject({ input: 120, output: 40, cacheRead: 20 });
    expect(told).toEqual({ usage: 40, ends: 1, errors: [] });
  });

  it('[GW33] is the same bytes wherever it is cut once', () => {
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const cutOnce = timeless(through(wayOf(upstream, client), [bytes.subarray(0, cut), bytes.subarray(cut)]));
      if (cutOnce !== whole) expect(`cut at ${cut}: ${cutOnce}`).toBe(whole);
    }
  });

  it('[GW33] that fails in the middle ends with its error and restores what came before', () => {
    const all = framesOf(upstream.protocol, richAnswer).length;
    for (let frames = 1; frames < all; frames += 1) {
      const { told, tell } = listener();
      const text = through(wayOf(upstream, client, tell), [
        bytesOf(brokenFrames(upstream.protocol, richAnswer, frames)),
      ]);
      expect(hear(client, text).end).toBe('error: It broke');
      expect(told).toMatchObject({ ends: 0, errors: [{ message: 'It broke' }] });
    }
  });
});

it(`[GW33] ${randomSets} random sets of cuts, of the bytes and of the texts, over all ways: the same is heard`, () => {
  const cuts = fc.array(fc.nat({ max: 65_536 }), { maxLength: 24 });
  fc.assert(
    fc.property(fc.nat({ max: ways.length - 1 }), cuts, cuts, (way, textCuts, byteCuts) => {
      const [, , upstream, client] = ways[way] ?? ways[0] ?? [];
      if (upstream === undefined || client === undefined) throw new Error('no wires');
      const bytes = recutBytes(framesOf(upstream.protocol, richAnswer), textCuts);
      const heard = hear(client, through(wayOf(upstream, client), cutBytes(bytes, byteCuts)));
      expect(heard).toMatchObject(expected);
    }),
    { numRuns: randomSets },
  );
});
