import { and, desc, eq, gte, lt, or, sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { authorizeTeam, authorizeTeamBySlug, requirePerson, type TeamAccess } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { callStates, denialCauses } from '../../core/call-record.ts';
import { AppError, isAppError } from '../../core/errors.ts';
import { mayInTeam } from '../../core/permissions.ts';
import { readTimeCursor, writeTimeCursor } from '../../core/time-cursor.ts';
import { openContent } from '../calls/call-content.ts';
import { namesOfPeople, visibleProjects } from './visible-names.ts';

const { modelCall } = schema;
const oneDayMs = 86_400_000;
const word = z.string().trim().max(200).optional();

export const listCallsInput = z.object({
  /** Slug of the team. */
  team: z.string(),
  /** Days in UTC, both included. */
  since: z.iso.date().optional(),
  until: z.iso.date().optional(),
  /** An id, or a part of the name. */
  who: word,
  /** An alias, a model or a provider, or a part of one. */
  model: word,
  outcome: z.enum(callStates).optional(),
  deniedBy: z.enum(denialCauses).optional(),
  /** The id of a rule of policy that spoke. */
  rule: word,
  /** A class of what was found in the request. */
  finding: word,
  /** A run, a session or a project by id. */
  about: word,
  limit: z.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});

export type CallRow = Omit<
  typeof modelCall.$inferSelect,
  'nodeId' | 'keyId' | 'budgetKeys' | 'projectId' | 'reservedMicroUsd'
> & {
  person: { id: string; name: string };
  /** Null: none, or one that the actor has no access to. */
  project: { id: string; name: string } | null;
};

/**
 * The record of model calls, newest first: the team's for those who may see its usage, for others their own.
 * @throws not_found when the actor is no member of the team
 */
export async function listCalls(
  ctx: Context,
  given: z.input<typeof listCallsInput>,
): Promise<{ items: CallRow[]; nextCursor: string | null }> {
  const input = listCallsInput.parse(given);
  const access = await authorizeTeamBySlug(ctx, input.team, 'team.read');
  const rows = await ctx.db
    .select()
    .from(modelCall)
    .where(and(eq(modelCall.teamId, access.teamId), ownUnless(access), ...filters(input)))
    .orderBy(desc(modelCall.startedAt), desc(modelCall.id))
    .limit(input.limit + 1);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    items: await shown(ctx, access, page),
    nextCursor: last && rows.length > page.length ? writeTimeCursor({ at: last.startedAt, id: last.id }) : null,
  };
}

const ownUnless = ({ role, actor }: TeamAccess) =>
  mayInTeam(role, 'usage.read') ? undefined : eq(modelCall.personId, actor.personId);

function filters(input: z.output<typeof listCallsInput>): (SQL | undefined)[] {
  const { since, until, who, model, outcome, deniedBy, rule, finding, about } = input;
  const after = input.cursor === undefined ? undefined : readTimeCursor(input.cursor);
  const { person } = schema;
  return [
    since === undefined ? undefined : gte(modelCall.startedAt, new Date(since)),
    until === undefined ? undefined : lt(modelCall.startedAt, new Date(Date.parse(until) + oneDayMs)),
    who
      ? sql`${modelCall.personId} in (select ${person.id} from ${person} where ${person.id} = ${who} or ${person.name} ilike ${part(who)})`
      : undefined,
    model
      ? sql`concat_ws(' ', ${modelCall.alias}, ${modelCall.upstreamModel}, ${modelCall.providerName}) ilike ${part(model)}`
      : undefined,
    outcome && eq(modelCall.state, outcome),
    deniedBy && eq(modelCall.deniedBy, deniedBy),
    rule ? sql`${modelCall.rules} @> ${JSON.stringify([{ id: rule }])}::jsonb` : undefined,
    finding ? sql`${modelCall.findings} @> ${JSON.stringify([{ class: finding }])}::jsonb` : undefined,
    about ? or(eq(modelCall.runId, about), eq(modelCall.sessionId, about), eq(modelCall.projectId, about)) : undefined,
    after && sql`(${modelCall.startedAt}, ${modelCall.id}) < (${after.at.toISOString()}::timestamptz, ${after.id})`,
  ];
}

const part = (text: string) => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

async function shown(
  ctx: Context,
  access: TeamAccess,
  rows: readonly (typeof modelCall.$inferSelect)[],
): Promise<CallRow[]> {
  const people = await namesOfPeople(ctx, [...new Set(rows.map(({ personId }) => personId))]);
  const projects = await visibleProjects(ctx, access);
  return rows.map(({ nodeId: _node, keyId: _key, budgetKeys: _keys, projectId, reservedMicroUsd: _aside, ...row }) => {
    const name = projectId === null ? undefined : projects.get(projectId);
    const isHidden = projectId !== null && name === undefined;
    return {
      ...row,
      sessionId: isHidden ? null : row.sessionId,
      person: { id: row.personId, name: people.get(row.personId) ?? row.personId },
      project: projectId === null || name === undefined ? null : { id: projectId, name },
    };
  });
}

export const getCallInput = z.object({ callId: z.string() });

export type CallDetail = CallRow & {
  /** What was asked and answered, masked, where it was recorded and the actor may read it. */
  content: { request: string; answer: string; expiresAt: Date } | null;
  hasContent: boolean;
};

const noCall = () => new AppError('not_found', 'There is no such call, or you have no access to it.');

/**
 * One call with everything that is recorded of it. Its content is for whoever made it and for the team's admins.
 * @throws not_found for a call the actor may not see
 */
export async function getCall(ctx: Context, given: z.input<typeof getCallInput>): Promise<CallDetail> {
  const { callId } = getCallInput.parse(given);
  const { personId } = requirePerson(ctx);
  const [row] = await ctx.db.select().from(modelCall).where(eq(modelCall.id, callId));
  if (!row) throw noCall();
  const access = await authorizeTeam(ctx, row.teamId, 'team.read').catch((error: unknown) => {
    throw isAppError(error) && error.code === 'not_found' ? noCall() : error;
  });
  const isOwn = row.personId === personId;
  if (!isOwn && !mayInTeam(access.role, 'usage.read')) throw noCall();
  const [item] = await shown(ctx, access, [row]);
  if (!item) throw noCall();
  const { modelCallContent: kept } = schema;
  const [content] = await ctx.db
    .select()
    .from(kept)
    .where(and(eq(kept.callId, callId), eq(kept.teamId, row.teamId)));
  const mayRead = isOwn || mayInTeam(access.role, 'budget.manage');
  return {
    ...item,
    hasContent: content !== undefined,
    content: content && mayRead ? { ...openContent(content), expiresAt: content.expiresAt } : null,
  };
}
