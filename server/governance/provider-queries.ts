import { asc } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { authorizeInstallation, authorizeTeam } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import type { ModelPrice } from '../core/model-call.ts';
import { env } from '../platform/env.ts';
import { environmentKey } from './environment-keys.ts';
import { listModels, priceOf, type ListedModel } from './model-routes.ts';
import type { ProviderRow } from './provider-row.ts';

/** A provider as its page shows it: no secret, of a key its end and when it was set. */
export type ProviderView = Omit<ProviderRow, 'keySealed' | 'headersSealed'> & {
  hasKey: boolean;
  /** Of one from the environment: whether the variable is still set. */
  isMissing: boolean;
};

function viewOf({ keySealed, headersSealed: _headers, ...row }: ProviderRow): ProviderView {
  const given = row.source === 'environment' ? environmentKey(row.id, env().providers) : undefined;
  return {
    ...row,
    hasKey: keySealed !== null || given?.key !== undefined,
    isMissing: row.source === 'environment' && given === undefined,
  };
}

/** All providers by name. Installation admins only. */
export async function listProviders(ctx: Context): Promise<ProviderView[]> {
  await authorizeInstallation(ctx);
  const rows = await ctx.db.select().from(schema.provider).orderBy(asc(schema.provider.name));
  return rows.map(viewOf);
}

export type ModelView = {
  id: string;
  alias: string;
  description: string;
  isEnabled: boolean;
  version: number;
  targets: TargetView[];
};

type TargetRow = typeof schema.modelTarget.$inferSelect;
type TargetView = Pick<
  TargetRow,
  'id' | 'providerId' | 'upstreamModel' | 'contextSize' | 'maxOutput' | 'capabilities'
> & { price: ModelPrice | null };

/** All models with all that is known of their targets, those that cannot be called included. Installation admins only. */
export async function listModelsWithTargets(ctx: Context): Promise<ModelView[]> {
  await authorizeInstallation(ctx);
  const [models, targets] = await Promise.all([
    ctx.db.select().from(schema.model).orderBy(asc(schema.model.alias)),
    ctx.db.select().from(schema.modelTarget).orderBy(asc(schema.modelTarget.position)),
  ]);
  const byModel = Map.groupBy(targets, ({ modelId }) => modelId);
  return models.map(({ id, alias, description, isEnabled, version }) => ({
    id,
    alias,
    description,
    isEnabled,
    version,
    targets: (byModel.get(id) ?? []).map(targetView),
  }));
}

function targetView(row: TargetRow): TargetView {
  const { id, providerId, upstreamModel, contextSize, maxOutput, capabilities } = row;
  const price = priceOf(row) ?? null;
  return { id, providerId, upstreamModel, contextSize, maxOutput, capabilities, price };
}

/** The models that can be called now, for the members of a team. */
export async function listTeamModels(ctx: Context, { teamId }: { teamId: string }): Promise<ListedModel[]> {
  await authorizeTeam(ctx, teamId, 'team.read');
  return listModels(teamId);
}
