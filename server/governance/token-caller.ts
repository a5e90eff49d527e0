import { and, asc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { db, schema } from '../../db/client.ts';
import { authorizeProject, authorizeTeam } from '../auth/authorize.ts';
import { createContext, type Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { log } from '../platform/log.ts';
import type { FoundCaller, KnownCaller } from './caller-cache.ts';
import { chooseTeam, type TeamChoice } from './choose-team.ts';

const notedEveryMs = 60_000;

const ended = () =>
  new AppError(
    'unauthenticated',
    'This token is unknown, was revoked or has run out. Make a new one under Settings › Use with your tools.',
  );

/**
 * The person behind a personal token, and where they call models with it.
 * @throws AppError `unauthenticated`, `forbidden`
 */
export async function loadTokenCaller(
  tokenHash: string,
  wish: { team?: string | undefined; project?: string | undefined },
): Promise<FoundCaller> {
  const token = await liveToken(tokenHash);
  if (!token) throw ended();
  const { id, personId, name, email, scopes } = token;
  const credential = { kind: 'api_token', id, scopes } as const;
  const ctx = createContext({ actor: { kind: 'person', personId, name, email }, credential });
  if (!scopes.includes('models'))
    throw new AppError(
      'forbidden',
      'This token lacks the scope "models". Make one that has it under Settings › Use with your tools.',
    );
  const team = chooseTeam(await teamsOf(ctx, personId), { wish: wish.team, boundId: token.boundTeamId });
  const { role } = await authorizeTeam(ctx, team.id, 'model.call').catch(asForbidden);
  const projectId = await projectOf(ctx, team, { wish: wish.project, boundId: token.boundProjectId });
  return {
    caller: {
      key: { kind: 'token', id },
      person: { id: personId, name, email },
      teamId: team.id,
      role,
      ...(projectId !== undefined && { projectId }),
    },
    endsAt: token.expiresAt?.getTime() ?? Infinity,
  };
}

async function liveToken(tokenHash: string) {
  const { apiToken, person } = schema;
  const [row] = await db()
    .select({
      id: apiToken.id,
      scopes: apiToken.scopes,
      boundTeamId: apiToken.boundTeamId,
      boundProjectId: apiToken.boundProjectId,
      expiresAt: apiToken.expiresAt,
      personId: person.id,
      name: person.name,
      email: person.email,
    })
    .from(apiToken)
    .innerJoin(person, and(eq(person.id, apiToken.personId), isNull(person.disabledAt)))
    .where(
      and(
        eq(apiToken.tokenHash, tokenHash),
        isNull(apiToken.revokedAt),
        or(isNull(apiToken.expiresAt), gt(apiToken.expiresAt, sql`now()`)),
      ),
    );
  return row;
}

function teamsOf(ctx: Context, personId: string): Promise<TeamChoice[]> {
  const { team, teamMember } = schema;
  return ctx.db
    .select({ id: team.id, slug: team.slug, name: team.name, role: teamMember.role })
    .from(team)
    .innerJoin(teamMember, and(eq(teamMember.teamId, team.id), eq(teamMember.personId, personId)))
    .orderBy(asc(team.slug));
}

async function projectOf(
  ctx: Context,
  team: TeamChoice,
  { wish, boundId }: { wish: string | undefined; boundId: string | null },
): Promise<string | undefined> {
  const named = wish ?? boundId ?? undefined;
  if (named === undefined) return undefined;
  const absent = new AppError(
    'forbidden',
    wish === undefined
      ? 'The project this token is bound to is gone, or you have no access to it any more. Make another token.'
      : `There is no project ${wish} in the team ${team.name}, or you have no access to it. Correct the header x-ensemble-project.`,
  );
  const { project } = schema;
  const [row] = await ctx.db
    .select({ id: project.id })
    .from(project)
    .where(and(eq(project.teamId, team.id), or(eq(project.id, named), eq(project.slug, named))));
  if (!row) throw absent;
  if (boundId !== null && row.id !== boundId)
    throw new AppError('forbidden', 'This token is bound to another project. Leave out the header x-ensemble-project.');
  await authorizeProject(ctx, row.id, 'model.call').catch((error: unknown) => {
    throw isAppError(error) && error.code === 'not_found' ? absent : error;
  });
  return row.id;
}

/** Whoever lost the team while it was being looked up. */
function asForbidden(error: unknown): never {
  throw isAppError(error) && error.code === 'not_found' ? new AppError('forbidden', error.message) : error;
}

/** Writes down that a token was used: beside the calls, at most once a minute. */
export function noteUse(known: KnownCaller, now: number): void {
  const { key } = known.caller;
  if (key.kind !== 'token' || now - known.notedAt < notedEveryMs) return;
  known.notedAt = now;
  const { apiToken } = schema;
  const isOld = or(isNull(apiToken.lastUsedAt), lt(apiToken.lastUsedAt, sql`now() - interval '1 minute'`));
  db()
    .update(apiToken)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiToken.id, key.id), isOld))
    .catch((error: unknown) => log().warn({ err: error }, 'the use of a token could not be noted'));
}
