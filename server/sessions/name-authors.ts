import { and, eq, exists, inArray, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import type { Context } from '../context.ts';

const ids = z.array(z.string().max(64)).max(500);
export const nameAuthorsInput = z.object({ sessionId: z.string(), people: ids, runs: ids });

export type NamedAuthors = {
  people: { id: string; name: string }[];
  runs: { id: string; agent: string; model: string | null; prompt: string; askedBy: string }[];
};

/** What is shown of a prompt where it explains a line. */
const promptCharacters = 200;

/** Names for the ids that stand in a session's authorship: people who are or were in it, and its runs. */
export async function nameAuthors(ctx: Context, given: z.infer<typeof nameAuthorsInput>): Promise<NamedAuthors> {
  const input = nameAuthorsInput.parse(given);
  const { session, teamId, role } = await authorizeParticipant(ctx, input.sessionId, 'view');
  const { person, run, roomClient, teamMember } = schema;
  const wasHere = ctx.db
    .select({ one: sql`1` })
    .from(roomClient)
    .where(and(eq(roomClient.sessionId, session.id), eq(roomClient.actorId, person.id)));
  const isMember = ctx.db
    .select({ one: sql`1` })
    .from(teamMember)
    .where(and(eq(teamMember.teamId, teamId), eq(teamMember.personId, person.id)));
  const people = await ctx.db
    .select({ id: person.id, name: person.name })
    .from(person)
    // A guest is told who was in this session, not who else is in the team.
    .where(
      and(inArray(person.id, input.people), role === null ? exists(wasHere) : or(exists(wasHere), exists(isMember))),
    );
  const runs = await ctx.db
    .select({
      id: run.id,
      agent: run.agent,
      model: run.model,
      prompt: sql<string>`left(${run.prompt}, ${promptCharacters})`,
      askedBy: person.name,
    })
    .from(run)
    .innerJoin(person, eq(person.id, run.askedBy))
    .where(and(inArray(run.id, input.runs), eq(run.sessionId, session.id), eq(run.teamId, teamId)));
  return { people, runs };
}
