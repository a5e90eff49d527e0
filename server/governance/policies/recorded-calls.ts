import { and, desc, eq, gte, isNotNull, or, sql } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import type { PolicyCaller, PolicyCircumstances, PolicyModel } from '../../core/policy-question.ts';
import { findRoute } from '../model-routes.ts';
import type { PolicyScope } from './published.ts';

/** A call that was made, as far as policies looked at it. */
export type RecordedCall = {
  id: string;
  at: Date;
  caller: PolicyCaller;
  model: PolicyModel;
  circumstances: PolicyCircumstances;
  dataClasses: string[];
};

const { modelCall, person, teamMember, run } = schema;

const callsOfTeam = (scope: PolicyScope) =>
  scope === null ? isNotNull(modelCall.teamId) : eq(modelCall.teamId, scope);

/** What its run had cost before a call; without a run, what the key had cost that day. Calls before `since` count nothing. */
const spentBefore = sql<string>`coalesce(sum(${modelCall.costMicroUsd}) over (
  partition by coalesce(${modelCall.runId}, ${modelCall.personId} || date_trunc('day', ${modelCall.startedAt})::text)
  order by ${modelCall.startedAt}, ${modelCall.id} rows between unbounded preceding and 1 preceding), 0)`;

/**
 * The calls of a team, or of all, that policies had a say in, the newest first. People and projects are taken as they are now:
 * who is no member any more has no role to decide by and is left out.
 */
export async function recordedCalls(
  ctx: Context,
  of: { scope: PolicyScope; since: Date; most: number },
): Promise<RecordedCall[]> {
  const rows = await ctx.db
    .select({
      call: modelCall,
      name: person.name,
      email: person.email,
      role: teamMember.role,
      agent: run.agent,
      spentBefore,
    })
    .from(modelCall)
    .innerJoin(person, eq(person.id, modelCall.personId))
    .innerJoin(teamMember, and(eq(teamMember.personId, modelCall.personId), eq(teamMember.teamId, modelCall.teamId)))
    .leftJoin(run, eq(run.id, modelCall.runId))
    .where(
      and(
        callsOfTeam(of.scope),
        gte(modelCall.startedAt, of.since),
        isNotNull(modelCall.modelId),
        or(sql`${modelCall.deniedBy} is null`, sql`${modelCall.deniedBy} <> 'budget'`),
      ),
    )
    .orderBy(desc(modelCall.startedAt), desc(modelCall.id))
    .limit(of.most);
  const priceOf = await prices(rows.map(({ call }) => call));
  return rows.flatMap(({ call, spentBefore: spent, ...who }) =>
    toCall(call, { ...who, spentMicroUsd: Number(spent) }, priceOf),
  );
}

type CallRow = typeof modelCall.$inferSelect;
type Who = { name: string; email: string; role: PolicyCaller['role']; agent: string | null; spentMicroUsd: number };
type PriceOf = (call: CallRow) => PolicyModel['target']['price'];

/** Prices as they are now: a call's row tells what it cost, not what a token did. */
async function prices(calls: readonly CallRow[]): Promise<PriceOf> {
  const aliases = new Map(calls.map(({ alias, teamId }) => [alias, teamId]));
  const routes = new Map(
    await Promise.all([...aliases].map(async ([alias, teamId]) => [alias, await findRoute(teamId, alias)] as const)),
  );
  return (call) =>
    routes
      .get(call.alias)
      ?.targets.find((target) => target.providerId === call.providerId && target.upstreamModel === call.upstreamModel)
      ?.price;
}

function toCall(call: CallRow, who: Who, priceOf: PriceOf): RecordedCall[] {
  const { modelId, providerId, place } = call;
  if (modelId === null || providerId === null || place === null) return [];
  const price = priceOf(call);
  const dataClasses = [...new Set(call.findings.map((found) => found.class))];
  return [
    {
      id: call.id,
      at: call.startedAt,
      dataClasses,
      caller: {
        key: { kind: call.keyKind, id: call.keyId },
        person: { id: call.personId, name: who.name, email: who.email },
        teamId: call.teamId,
        role: who.role,
        ...(call.projectId !== null && { projectId: call.projectId }),
        ...(call.runId !== null && { run: { id: call.runId, agent: who.agent ?? '' } }),
      },
      model: {
        alias: call.alias,
        target: {
          modelId,
          providerId,
          providerName: call.providerName ?? '',
          place,
          upstreamModel: call.upstreamModel ?? '',
          ...(price && { price }),
        },
      },
      circumstances: { client: call.client, dataClasses, spentMicroUsd: who.spentMicroUsd },
    },
  ];
}
