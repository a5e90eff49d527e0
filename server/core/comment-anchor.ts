import { z } from 'zod';

/**
 * What a comment is anchored to (docs/spec/comments.md): a place in the shared document, and the words that stood there
 * with what stood around them, for when the place is lost. Offsets are UTF-16, lines count from 1.
 */
export const longestQuote = 2_000;
export const longestContext = 160;

const itemId = z.object({ client: z.number().int().min(0), clock: z.number().int().min(0) });

/** A Yjs relative position as JSON; what else a client puts beside it is dropped. */
const relativePosition = z.object({
  type: itemId.nullish(),
  tname: z.string().max(64).nullish(),
  item: itemId.nullish(),
  assoc: z.number().int().min(-1).max(0),
});
export type RelativePositionJson = z.infer<typeof relativePosition>;

const line = z.number().int().min(1).max(10_000_000);

export const anchorSchema = z
  .object({
    /** The first character, and the last one: what is typed before the one or behind the other stays outside. */
    start: relativePosition,
    end: relativePosition,
    /** The beginning of what stood there, when it was longer. */
    quote: z.string().min(1).max(longestQuote),
    before: z.string().max(longestContext),
    after: z.string().max(longestContext),
    /** How many characters stood there. */
    length: z.number().int().min(1).max(5_300_000),
    startLine: line,
    endLine: line,
  })
  .refine((anchor) => anchor.endLine >= anchor.startLine && anchor.length >= anchor.quote.length, {
    message: 'the end comes before the start',
  });
export type StoredAnchor = z.infer<typeof anchorSchema>;
