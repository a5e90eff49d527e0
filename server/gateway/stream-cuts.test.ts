import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Said } from '../../e2e/fakes/model-server-script.ts';
import type { LlmError } from '../core/llm-message.ts';
import {
  briefAnswer,
  brokenFrames,
  bytesOf,
  cutBytes,
  framesOf,
  hear,
  heardOf,
  masks,
  recutBytes,
  restoringFilter,
  richAnswer,
  through,
} from './testing-streams.ts';
import { translate } from './translate.ts';
import { anthropicMessages } from './wire/anthropic-messages.ts';
import { gemini } from './wire/gemini.ts';
import { openAiChat } from './wire/openai-chat.ts';
import { openAiResponses } from './wire/openai-responses.ts';
import { plainReply, type ClientWire, type StreamListener, type Wire } from './wire/wire.ts';

/** How many random sets of cuts are tried over all ways together. */
const randomSets = 10_000;

const wires: readonly Wire[] = [anthropicMessages, openAiChat, openAiResponses];
const clients: readonly ClientWire[] = [...wires, gemini];
const ways = wires.flatMap((upstream) =>
  clients.map((client) => [upstream.protocol, client.protocol, upstream, client] as const),
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
function wayOf(upstream: Wire, client: ClientWire, tell: StreamListener = listener().tell) {
  if (upstream === client) return upstream.streamPass(restoringFilter(), tell, plainReply);
  return translate(client, upstream, plainReply).stream(restoringFilter(), tell);
}

const heardRich = heardOf(richAnswer);

/** Answers of OpenAI's protocols say when they were made. */
const timeless = (text: string) => text.replaceAll(/"(created(?:_at)?|completed_at)":\d+/g, '"$1":0');

describe.each(ways)('a stream of %s for a client of %s', (_, __, upstream, client) => {
  const heardIn = (pieces: readonly Uint8Array[], tell?: StreamListener) =>
    hear(client, through(wayOf(upstream, client, tell), pieces));

  it.each([
    ['brief', briefAnswer],
    ['rich', richAnswer],
    ['refused', [{ type: 'refusal', text: `No, ${masks[0]?.[0]}` }] satisfies Said[]],
  ])('[GW33] brings texts and arguments restored, usage and how it ended (%s)', (__, answer) => {
    const { told, tell } = listener();
    const heard = heardIn([bytesOf(framesOf(upstream.protocol, answer))], tell);
    const { text, refusal, end, ...rest } = heardOf(answer);
    expect(heard).toMatchObject(rest);
    // Messages says a refusal as a text.
    expect(heard.text + heard.refusal).toBe(text + refusal);
    if (refusal === '') expect(heard.end).toBe(end);
    expect(heard.usage).toMatchObject({ input: 120, output: 40, cacheRead: 20 });
    expect(told).toEqual({ usage: 40, ends: 1, errors: [] });
  });

  it('[GW33] is the same bytes wherever it is cut once', () => {
    const bytes = bytesOf(framesOf(upstream.protocol, briefAnswer));
    const passed = (pieces: readonly Uint8Array[]) => timeless(through(wayOf(upstream, client), pieces));
    const whole = passed([bytes]);
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const cutOnce = passed([bytes.subarray(0, cut), bytes.subarray(cut)]);
      if (cutOnce !== whole) expect(`cut at ${cut}: ${cutOnce}`).toBe(whole);
    }
  });

  it('[GW33] that fails in the middle ends with its error and restores what came before', () => {
    const all = framesOf(upstream.protocol, richAnswer).length;
    for (let frames = 1; frames < all; frames += 1) {
      const { told, tell } = listener();
      const heard = heardIn([bytesOf(brokenFrames(upstream.protocol, richAnswer, frames))], tell);
      expect(heard.end).toBe('error: It broke');
      expect(heardRich.text.startsWith(heard.text)).toBe(true);
      expect(told).toMatchObject({ ends: 0, errors: [{ message: 'It broke' }] });
    }
  });

  it('[GW33] says the same however its bytes and its texts are cut', () => {
    const cuts = fc.array(fc.nat({ max: 65_536 }), { maxLength: 24 });
    fc.assert(
      fc.property(cuts, cuts, (textCuts, byteCuts) => {
        const bytes = recutBytes(framesOf(upstream.protocol, richAnswer), textCuts);
        expect(heardIn(cutBytes(bytes, byteCuts))).toMatchObject(heardRich);
      }),
      { numRuns: Math.ceil(randomSets / ways.length) },
    );
  });
});
