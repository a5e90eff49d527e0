import { and, desc, eq, inArray, lt, or, sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { authorizeSession, authorizeTeam } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { guardedKinds } from '../../core/guard/guarded-action.ts';
import { houseEffects, type HouseEffect } from '../../core/guard/house-rule.ts';
import { readTimeCursor, writeTimeCursor } from '../../core/time-cursor.ts';
import { namesOfPeople, visibleProjects } from '../usage/visible-names.ts';

const { guardCase, guardDecision, runPermission } = schema;
const word = z.string().trim().max(200).optional();

export const listDecisionsInput = z.object({
  teamId: z.string(),
  verdict: z.enum(houseEffects).optional(),
  /** Files that were read without a question are listed only where reads are asked for. */
  kind: z.enum(guardedKinds).optional(),
  agent: word,
  /** The id of a rule, or how it begins (`git.`). */
  rule: word,
  /** A part of the command, path, address or tool. */
  text: word,
  sessionId: z.string().optional(),
  limit: z.number().int().min(1).max(100).default(50),
  cursor: z.string().max(200).optional(),
});

export type ShownDecision = Omit<typeof guardDecision.$inferSelect, 'personId' | 'projectId'> & {
  person: { id: string; name: string };
  project: { id: string; name: string };
  /** What people answered, where they were asked. */
  answer: 'allow' | 'deny' | null;
  /** What it should have been, where somebody said that it was wrong. */
  label: HouseEffect | null;
};

/** What was said of agents' actions, newest first, in the projects that the asker may see. */
export async function listDecisions(
  ctx: Context,
  given: z.input<typeof listDecisionsInput>,
): Promise<{ items: ShownDecision[]; nextCursor: string | null }> {
  const input = listDecisionsInput.parse(given);
  const access = await authorizeTeam(ctx, input.teamId, 'guard.read');
  if (input.sessionId !== undefined) await authorizeSession(ctx, input.sessionId, 'view');
  const projects = await visibleProjects(ctx, access);
  if (projects.size === 0) return { items: [], nextCursor: null };
  const rows = await ctx.db
    .select({ decision: guardDecision, answer: runPermission.decision, label: guardCase.label })
    .from(guardDecision)
    .leftJoin(runPermission, eq(runPermission.id, guardDecision.permissionId))
    .leftJoin(guardCase, and(eq(guardCase.decisionId, guardDecision.id), eq(guardCase.teamId, access.teamId)))
    .where(
      and(
        eq(guardDecision.teamId, access.teamId),
        inArray(guardDecision.projectId, [...projects.keys()]),
        ...filters(input),
      ),
    )
    .orderBy(desc(guardDecision.createdAt), desc(guardDecision.id))
    .limit(input.limit + 1);
  const page = rows.slice(0, input.limit);
  const names = await namesOfPeople(
    ctx,
    page.map(({ decision }) => decision.personId),
  );
  const last = page.at(-1)?.decision;
  return {
    items: page.map(({ decision: { personId, projectId, ...row }, answer, label }) => ({
      ...row,
      person: { id: personId, name: names.get(personId) ?? personId },
      project: { id: projectId, name: projects.get(projectId) ?? projectId },
      answer,
      label,
    })),
    nextCursor: last && rows.length > page.length ? writeTimeCursor({ at: last.createdAt, id: last.id }) : null,
  };
}

const part = (text: string) => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

const namedIn = ['command', 'path', 'address', 'server', 'name', 'tool'].map(
  (field) => sql`${guardDecision.action} ->> ${sql.raw(`'${field}'`)}`,
);

function filters({
  kind,
  verdict,
  agent,
  rule,
  text,
  sessionId,
  cursor,
}: z.output<typeof listDecisionsInput>): (SQL | undefined)[] {
  const after = cursor === undefined ? undefined : readTimeCursor(cursor);
  return [
    verdict && eq(guardDecision.verdict, verdict),
    agent ? eq(guardDecision.agent, agent) : undefined,
    rule
      ? sql`exists (select from jsonb_array_elements_text(${guardDecision.rules}) as rule(name) where starts_with(rule.name, ${rule}))`
      : undefined,
    kind
      ? sql`${guardDecision.action} ->> 'kind' = ${kind}`
      : sql`not (${guardDecision.action} ->> 'kind' = 'read' and ${guardDecision.verdict} = 'allow')`,
    text ? sql`concat_ws(' ', ${sql.join(namedIn, sql`, `)}) ilike ${part(text)}` : undefined,
    sessionId === undefined ? undefined : eq(guardDecision.sessionId, sessionId),
    after &&
      or(
        lt(guardDecision.createdAt, after.at),
        and(eq(guardDecision.createdAt, after.at), lt(guardDecision.id, after.id)),
      ),
  ];
}
