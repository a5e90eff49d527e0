import { and, desc, eq, gte, ilike, inArray, isNull, like, lt, or, sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { authorizeInstallation, authorizeTeamBySlug, requirePerson, requireScope } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import type { ActorRef } from '../core/actor.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { mayInTeam } from '../core/permissions.ts';
import { readTimeCursor, writeTimeCursor } from '../core/time-cursor.ts';

const oneDayMs = 86_400_000;
// There is no year 0 in Postgres.
const momentField = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .refine((moment) => !moment.startsWith('0000'), 'Use a year from 0001 on');

export const listAuditInput = z.object({
  /** Slug of a team; without it, all that the actor may read. */
  team: z.string().optional(),
  /** Only what concerns the installation and no team. */
  installation: z.boolean().default(false),
  /** From this time on; a date begins at midnight UTC. */
  from: momentField.optional(),
  /** Before this time; a date counts as a whole. */
  to: momentField.optional(),
  /** An id, or a part of the name. */
  actor: z.string().trim().max(200).optional(),
  /** An action, or what actions begin with. */
  action: z.string().trim().max(100).optional(),
  /** A type, an id, or `type:id`. */
  resource: z.string().trim().max(300).optional(),
  limit: z.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});

export type AuditListItem = {
  id: string;
  at: Date;
  /** Null for what concerns the installation. */
  teamId: string | null;
  actor: ActorRef;
  action: string;
  resource: { type: string; id: string };
  requestId: string;
  detail: Record<string, unknown>;
};

const { auditEntry } = schema;

/**
 * Entries of the audit log, newest first: of one team for those who may read its log, of the installation for its
 * admins, or of everything the actor may read.
 * @throws AppError `forbidden` for someone who may read none of what is asked for
 */
export async function listAudit(
  ctx: Context,
  given: z.input<typeof listAuditInput>,
): Promise<{ items: AuditListItem[]; nextCursor: string | null }> {
  const input = listAuditInput.parse(given);
  const rows = await ctx.db
    .select()
    .from(auditEntry)
    .where(and(await readableTeams(ctx, input), ...filters(input)))
    .orderBy(desc(auditEntry.at), desc(auditEntry.id))
    .limit(input.limit + 1);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    items: page.map(toItem),
    nextCursor: last && rows.length > page.length ? writeTimeCursor(last) : null,
  };
}

function toItem(row: typeof auditEntry.$inferSelect): AuditListItem {
  const { id, at, teamId, action, requestId, detail } = row;
  const actor = { kind: row.actorKind, id: row.actorId, name: row.actorName };
  return { id, at, teamId, actor, action, resource: { type: row.resourceType, id: row.resourceId }, requestId, detail };
}

type Input = z.infer<typeof listAuditInput>;

async function readableTeams(ctx: Context, input: Input): Promise<SQL | undefined> {
  if (input.team !== undefined) {
    const { teamId } = await authorizeTeamBySlug(ctx, input.team, 'audit.read');
    return eq(auditEntry.teamId, teamId);
  }
  if (input.installation) {
    await requireInstallationLog(ctx);
    return isNull(auditEntry.teamId);
  }
  return everythingReadable(ctx);
}

async function requireInstallationLog(ctx: Context): Promise<void> {
  requireScope(ctx, 'audit');
  await authorizeInstallation(ctx);
}

async function everythingReadable(ctx: Context): Promise<SQL | undefined> {
  const { personId } = requirePerson(ctx);
  requireScope(ctx, 'audit');
  const { teamMember } = schema;
  const memberships = await ctx.db
    .select({ teamId: teamMember.teamId, role: teamMember.role })
    .from(teamMember)
    .where(eq(teamMember.personId, personId));
  const teamIds = memberships.filter(({ role }) => mayInTeam(role, 'audit.read')).map(({ teamId }) => teamId);
  const readsInstallation = await maySeeInstallation(ctx);
  if (teamIds.length === 0 && !readsInstallation)
    throw new AppError('forbidden', 'The audit log is for leads and admins of a team. Ask one of them.');
  return or(
    teamIds.length > 0 ? inArray(auditEntry.teamId, teamIds) : undefined,
    readsInstallation ? isNull(auditEntry.teamId) : undefined,
  );
}

async function maySeeInstallation(ctx: Context): Promise<boolean> {
  try {
    await authorizeInstallation(ctx);
    return true;
  } catch (error) {
    if (isAppError(error) && error.code === 'forbidden') return false;
    throw error;
  }
}

function filters(input: Input): (SQL | undefined)[] {
  const after = input.cursor === undefined ? undefined : readTimeCursor(input.cursor);
  return [
    input.from === undefined ? undefined : gte(auditEntry.at, upToLastYear(new Date(input.from).getTime())),
    input.to === undefined ? undefined : lt(auditEntry.at, endOf(input.to)),
    input.actor ? actorIs(input.actor) : undefined,
    input.action ? like(auditEntry.action, `${escaped(input.action)}%`) : undefined,
    input.resource ? resourceIs(input.resource) : undefined,
    after && sql`(${auditEntry.at}, ${auditEntry.id}) < (${after.at.toISOString()}::timestamptz, ${after.id})`,
  ];
}

/** A date that stands for the whole day ends with it. */
function endOf(to: string): Date {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(to);
  return upToLastYear(new Date(to).getTime() + (isDay ? oneDayMs : 0));
}

/** Postgres does not read JavaScript's way of writing years of more than four digits. */
function upToLastYear(atMs: number): Date {
  return new Date(Math.min(atMs, Date.UTC(9999, 11, 31)));
}

function actorIs(actor: string): SQL | undefined {
  return or(eq(auditEntry.actorId, actor), ilike(auditEntry.actorName, `%${escaped(actor)}%`));
}

function resourceIs(resource: string): SQL | undefined {
  const colon = resource.indexOf(':');
  if (colon < 0) return or(eq(auditEntry.resourceId, resource), eq(auditEntry.resourceType, resource));
  return and(
    eq(auditEntry.resourceType, resource.slice(0, colon)),
    eq(auditEntry.resourceId, resource.slice(colon + 1)),
  );
}

const escaped = (text: string) => text.replaceAll(/[\\%_]/g, '\\$&');
