import { eq, isNull, or } from 'drizzle-orm';
import { z } from 'zod';
import { schema, type DatabaseOrTransaction } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeInstallation, authorizeTeam } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { opinionModeOf, opinionModes, type OpinionMode } from '../../core/guard/second-opinion.ts';
import { newId } from '../../platform/ids.ts';
import { findRoute } from '../model-routes.ts';

/** Whether a model gives a second opinion on what agents of a team do, and which (docs/spec/guard.md, GU60). */

export const guardSettingsInput = z.object({
  /** Null for the installation, which says how far its teams may go. */
  teamId: z.string().nullable(),
});
export const setGuardSettingsInput = guardSettingsInput.extend({
  opinion: z.enum(opinionModes),
  /** The model that is asked, by its alias; teams name one unless none is asked. */
  model: z.string().trim().min(1).max(200).optional(),
});

export type GuardSettings = {
  opinion: OpinionMode;
  model: string | null;
  /** How far teams may go. */
  most: OpinionMode;
};

const { guardSetting } = schema;
type SettingRow = typeof guardSetting.$inferSelect;

async function settingsOf(db: DatabaseOrTransaction, teamId: string | null) {
  const rows = await db
    .select()
    .from(guardSetting)
    .where(
      teamId === null ? isNull(guardSetting.teamId) : or(isNull(guardSetting.teamId), eq(guardSetting.teamId, teamId)),
    );
  const of = (id: string | null): SettingRow | undefined => rows.find((row) => row.teamId === id);
  return { team: teamId === null ? undefined : of(teamId), most: of(null)?.opinion ?? 'both' };
}

/** The model that a team has asked, and how far it has a say; undefined when none is. Read anew for each action. */
export async function opinionOfTeam(
  db: DatabaseOrTransaction,
  teamId: string,
): Promise<{ mode: Exclude<OpinionMode, 'off'>; model: string } | undefined> {
  const { team, most } = await settingsOf(db, teamId);
  const mode = opinionModeOf(team?.opinion ?? 'off', most);
  const model = team?.opinionModel ?? null;
  return mode === 'off' || model === null ? undefined : { mode, model };
}

export async function getGuardSettings(
  ctx: Context,
  given: z.input<typeof guardSettingsInput>,
): Promise<GuardSettings> {
  const { teamId } = guardSettingsInput.parse(given);
  if (teamId === null) await authorizeInstallation(ctx);
  else await authorizeTeam(ctx, teamId, 'guard.read');
  const { team, most } = await settingsOf(ctx.db, teamId);
  return { opinion: team?.opinion ?? 'off', model: team?.opinionModel ?? null, most };
}

/** @throws AppError `invalid` for a model that there is not, or without one; `forbidden` for more than the installation lets teams do */
export async function setGuardSettings(ctx: Context, given: z.input<typeof setGuardSettingsInput>): Promise<void> {
  const { teamId, opinion, model } = setGuardSettingsInput.parse(given);
  const access = teamId === null ? undefined : await authorizeTeam(ctx, teamId, 'guard.manage');
  const { personId } = access?.actor ?? (await authorizeInstallation(ctx));
  if (teamId !== null) await requireAskable(ctx, { teamId, opinion, model });
  await withTransaction(ctx, async (tx) => {
    const set = { opinion, opinionModel: model ?? null, updatedBy: personId, updatedAt: tx.now() };
    const [row] = await tx.db
      .insert(guardSetting)
      .values({ id: newId('gse'), teamId, ...set })
      .onConflictDoUpdate({ target: guardSetting.teamId, set })
      .returning({ id: guardSetting.id });
    await appendAudit(tx, {
      teamId,
      action: 'guard-setting.set',
      resource: { type: 'guard_setting', id: row?.id ?? '' },
      detail: { opinion, model: model ?? null },
    });
  });
}

type Wish = { teamId: string; opinion: OpinionMode; model: string | undefined };

async function requireAskable(ctx: Context, { teamId, opinion, model }: Wish): Promise<void> {
  const { most } = await settingsOf(ctx.db, teamId);
  if (opinionModeOf(opinion, most) !== opinion)
    throw new AppError('forbidden', 'The installation lets no model have so much of a say. Ask an installation admin.');
  if (opinion === 'off') return;
  if (model === undefined || !(await findRoute(teamId, model)))
    throw new AppError('invalid', 'Choose one of the models that are set up: it is asked for the opinion.');
}
