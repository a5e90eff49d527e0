import { eq, isNull, or } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { authorizeTeam } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { unreadClass } from '../../core/dlp/unread-parts.ts';
import { listModels } from '../model-routes.ts';

export const policyWordsInput = z.object({ teamId: z.string() });

/** The names that policies of a team may speak of now: to choose from, where others are possible as well. */
export type PolicyWords = { aliases: string[]; providers: string[]; dataClasses: string[] };

const ownClasses = ['secret', 'personal', unreadClass];

export async function policyWords(ctx: Context, given: z.infer<typeof policyWordsInput>): Promise<PolicyWords> {
  const { teamId } = policyWordsInput.parse(given);
  await authorizeTeam(ctx, teamId, 'policy.read');
  const models = await listModels(teamId);
  const { dlpRule } = schema;
  const classes = await ctx.db
    .selectDistinct({ name: dlpRule.class })
    .from(dlpRule)
    .where(or(isNull(dlpRule.teamId), eq(dlpRule.teamId, teamId)));
  const sorted = (names: readonly string[]) => [...new Set(names)].sort((a, b) => a.localeCompare(b));
  return {
    aliases: sorted(models.map(({ alias }) => alias)),
    providers: sorted(models.flatMap(({ providers }) => providers)),
    dataClasses: [...new Set([...ownClasses, ...sorted(classes.map(({ name }) => name))])].filter(
      (name) => name !== '',
    ),
  };
}
