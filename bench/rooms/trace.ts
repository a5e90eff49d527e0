import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

/** Deletes so many characters at a place and inserts a text there. */
export type Patch = readonly [at: number, deleted: number, inserted: string];
export type Trace = { name: string; patches: Patch[]; endContent: string | undefined };

const recorded = z.object({
  startContent: z.literal(''),
  endContent: z.string(),
  txns: z.array(z.object({ patches: z.array(z.tuple([z.number(), z.number(), z.string()])) })),
});

const editsOfPaper = 259_778;

/**
 * A recorded editing trace (the format of the public editing-traces corpus, as JSON or gzipped JSON), or one of the same
 * length and kind made up here: somebody types forward, corrects, and goes elsewhere.
 */
export function readTrace(corpus: string | undefined): Trace {
  if (corpus === undefined) return { name: 'made-up trace', patches: madeUp(editsOfPaper), endContent: undefined };
  const bytes = readFileSync(corpus);
  const json = corpus.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  const { endContent, txns } = recorded.parse(JSON.parse(json.toString()));
  return { name: 'recorded trace', patches: txns.flatMap((one) => one.patches), endContent };
}

function madeUp(count: number): Patch[] {
  const below = numbers(4);
  const patches: Patch[] = [];
  let [length, at] = [0, 0];
  while (patches.length < count) {
    const dice = below(1_000);
    if (dice < 8) at = below(length + 1);
    else if (dice < 290 && at > 0) {
      patches.push([--at, 1, '']);
      length--;
    } else {
      const text =
        dice < 993 ? (words[patches.length % words.length] ?? ' ') : 'a line that was pasted\n'.repeat(1 + below(4));
      patches.push([at, 0, text]);
      at += text.length;
      length += text.length;
    }
  }
  return patches;
}

const words = 'the quick brown fox jumps over the lazy dog while nobody looks at it, and then\n';

/** A small linear congruential generator: the trace is the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
