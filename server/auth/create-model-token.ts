import { z } from 'zod';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { authorizeProject, authorizeSomeTeam, authorizeTeam } from './authorize.ts';
import { appendTokenAudit, createTokenInput, insertToken, type NewToken, type TokenToMake } from './create-token.ts';
import { requireAccount } from './require-browser.ts';

export const createModelTokenInput = createTokenInput.omit({ scopes: true }).extend({
  /** Where it works, if only there. */
  teamId: z.string().optional(),
  projectId: z.string().optional(),
});

/**
 * Makes a personal token for calling models and for nothing else; bound to a team, or to one project, if named.
 * @returns the token itself, which can be shown this once
 * @throws forbidden unless the actor may call models there, or anywhere when nothing is named
 */
export async function createModelToken(ctx: Context, given: z.input<typeof createModelTokenInput>): Promise<NewToken> {
  const { personId } = requireAccount(ctx);
  const { teamId, projectId, ...token } = createModelTokenInput.parse(given);
  return withTransaction(ctx, async (tx) => {
    const bound = await authorizeBinding(tx, { teamId, projectId });
    const wanted: TokenToMake = { ...token, ownerId: personId, scopes: ['models'], ...bound };
    const made = await insertToken(tx, wanted);
    await appendTokenAudit(tx, wanted, made);
    return made;
  });
}

type Binding = { boundTeamId: string | null; boundProjectId: string | null };

async function authorizeBinding(
  ctx: Context,
  { teamId, projectId }: { teamId: string | undefined; projectId: string | undefined },
): Promise<Binding> {
  if (projectId !== undefined) {
    const { project } = await authorizeProject(ctx, projectId, 'model.call');
    if (teamId !== undefined && teamId !== project.teamId)
      throw new AppError('invalid', 'The project is not one of that team. Name the team of the project, or none.');
    return { boundTeamId: project.teamId, boundProjectId: project.id };
  }
  if (teamId !== undefined) await authorizeTeam(ctx, teamId, 'model.call');
  else await authorizeSomeTeam(ctx, 'model.call');
  return { boundTeamId: teamId ?? null, boundProjectId: null };
}
