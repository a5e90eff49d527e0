import { z } from 'zod';
import { longestContext, longestQuote } from './comment-anchor.ts';

const itemId = z.object({ client: z.number().int().min(0), clock: z.number().int().min(0) });

/** A Yjs relative position on a character, as JSON; what else a client puts beside it is dropped. */
const onCharacter = z.object({ item: itemId, assoc: z.number().int().min(-1).max(0) });

const line = z.number().int().min(1).max(10_000_000);

export const anchorSchema = z
  .object({
    /**
     * On the first character and on the last one: what is typed before the one or behind the other stays outside. Null
     * when nobody has found the words in the document yet.
     */
    position: z.object({ start: onCharacter, end: onCharacter }).nullable(),
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
