import { z } from 'zod';

/** Shapes that many answers share. */

/** A time: rows hold a Date, the wire ISO 8601 in UTC. */
export const instant = z.preprocess((value) => (value instanceof Date ? value.toISOString() : value), z.iso.datetime());

/** For members that are left out when there is nothing to say, which rows hold as null. */
export function absentWhenNull<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => value ?? undefined, schema.optional());
}

export const personRef = z.object({ id: z.string(), name: z.string() });
export const actorRef = z.object({ kind: z.enum(['person', 'run', 'system']), id: z.string(), name: z.string() });
