import { and, desc, eq, gt, inArray, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { SessionRow } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { roomPosition } from '../workspace/checkpoint.ts';
import type { Assistant, Contributor } from '../core/commit-message.ts';

/** Up to where the room's log and the decisions are counted for a commit. */
export type Through = { updateId: number; at: string };

export type CommitPerson = { id: string; name: string; typed: boolean; prompted: boolean };
export type CommitRun = { runId: string; agent: string; model: string | null; hunks: number };

/** What is stored and answered with a commit: who contributed to it. */
export type CommitProvenance = { people: CommitPerson[]; runs: CommitRun[]; through: Through };

export type Contributions = Omit<CommitProvenance, 'through'> & {
  coAuthors: Contributor[];
  assistants: Assistant[];
  prompts: string[];
};

/** Take it before the state is read: what comes in between is counted with this commit and with the next, never lost. */
export async function readThrough(ctx: Context, session: SessionRow): Promise<Through> {
  const updateId = await roomPosition(ctx.db, session);
  const { rows } = await ctx.db.execute<{ at: string }>(sql`select now() as at`);
  return { updateId, at: new Date(rows[0]?.at ?? ctx.now()).toISOString() };
}

/** Everyone who typed, or prompted a run whose hunks were accepted, since the session's last commit. */
export async function readContributions(ctx: Context, session: SessionRow): Promise<Contributions> {
  const since = await lastThrough(ctx, session);
  const typed = await readTyped(ctx, session, since);
  const runs = await readAcceptedRuns(ctx, session, since);
  const prompted = new Set(runs.map((run) => run.askedBy));
  const people = await readPeople(ctx, new Set([...typed, ...prompted]));
  return {
    people: people.map(({ id, name }) => ({ id, name, typed: typed.has(id), prompted: prompted.has(id) })),
    runs: runs.map(({ runId, agent, model, hunks }) => ({ runId, agent, model, hunks })),
    coAuthors: people.map(({ name, email }) => ({ name, email })),
    assistants: runs.map(({ agent, model }) => ({ agent, model })),
    prompts: runs.map((run) => run.prompt),
  };
}

async function lastThrough(ctx: Context, session: SessionRow): Promise<Through> {
  const { sessionCommit } = schema;
  const [row] = await ctx.db
    .select({ provenance: sessionCommit.provenance })
    .from(sessionCommit)
    .where(and(eq(sessionCommit.sessionId, session.id), eq(sessionCommit.teamId, session.teamId)))
    .orderBy(desc(sessionCommit.createdAt), desc(sessionCommit.id))
    .limit(1);
  const stored = row?.provenance['through'];
  // Written by createCommit alone, with this type.
  return (stored as Through | undefined) ?? { updateId: 0, at: session.createdAt.toISOString() };
}

/** The rows of the room's log and what is left of those that were folded. */
async function readTyped(ctx: Context, session: SessionRow, since: Through): Promise<Set<string>> {
  const { roomUpdate, roomContribution } = schema;
  const rows = await ctx.db
    .select({ id: roomUpdate.actorId })
    .from(roomUpdate)
    .where(
      and(
        eq(roomUpdate.sessionId, session.id),
        eq(roomUpdate.teamId, session.teamId),
        eq(roomUpdate.actorKind, 'person'),
        inArray(roomUpdate.kind, ['edit', 'undo']),
        gt(roomUpdate.id, since.updateId),
      ),
    )
    .union(
      ctx.db
        .select({ id: roomContribution.actorId })
        .from(roomContribution)
        .where(
          and(
            eq(roomContribution.sessionId, session.id),
            eq(roomContribution.teamId, session.teamId),
            eq(roomContribution.actorKind, 'person'),
            inArray(roomContribution.kind, ['edit', 'undo']),
            gt(roomContribution.lastUpdateId, since.updateId),
          ),
        ),
    );
  return new Set(rows.map((row) => row.id));
}

type AcceptedRun = CommitRun & { prompt: string; askedBy: string };

async function readAcceptedRuns(ctx: Context, session: SessionRow, since: Through): Promise<AcceptedRun[]> {
  const { hunkDecision, suggestion, run } = schema;
  return ctx.db
    .select({
      runId: run.id,
      agent: run.agent,
      model: run.model,
      prompt: run.prompt,
      askedBy: run.askedBy,
      hunks: sql<number>`count(*)`.mapWith(Number),
    })
    .from(hunkDecision)
    .innerJoin(suggestion, eq(suggestion.id, hunkDecision.suggestionId))
    .innerJoin(run, eq(run.id, suggestion.runId))
    .where(
      and(
        eq(suggestion.sessionId, session.id),
        eq(hunkDecision.teamId, session.teamId),
        eq(hunkDecision.state, 'accepted'),
        gt(hunkDecision.decidedAt, new Date(since.at)),
      ),
    )
    .groupBy(run.id)
    .orderBy(run.createdAt);
}

async function readPeople(ctx: Context, ids: ReadonlySet<string>) {
  const { person } = schema;
  if (ids.size === 0) return [];
  return ctx.db
    .select({ id: person.id, name: person.name, email: person.email })
    .from(person)
    .where(inArray(person.id, [...ids]))
    .orderBy(person.name, person.id);
}
