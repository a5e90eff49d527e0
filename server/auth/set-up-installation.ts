import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { emailField, passwordField, personNameField, teamNameField } from '../core/identity-fields.ts';
import { insertPerson } from './insert-person.ts';
import { insertTeam } from './create-team.ts';
import { hasPeople, lockInstallation } from './installation.ts';
import { findLink, spendLink } from './one-time-link.ts';
import { hashPassword } from './passwords.ts';

export const setUpInput = z.object({
  token: z.string().min(1).max(200),
  name: personNameField,
  email: emailField,
  password: passwordField,
  teamName: teamNameField,
});

const linkEnded = () =>
  new AppError(
    'forbidden',
    'This set-up link does not work any more. Restart Ensemble: it prints a new one, which works for a day.',
  );
const isSetUp = () => new AppError('conflict', 'This installation is set up already. Sign in instead.');

/**
 * Makes the first person, an installation admin, and their team. The link is the authority; it works while nobody exists.
 * @throws forbidden for a link that ended, conflict once anyone exists
 */
export async function setUpInstallation(
  ctx: Context,
  given: z.input<typeof setUpInput>,
): Promise<{ personId: string; teamSlug: string }> {
  const { token, name, email, password, teamName } = setUpInput.parse(given);
  await requireOpenLink(ctx, token);
  const passwordHash = await hashPassword(password);
  return withTransaction(ctx, async (tx) => {
    await lockInstallation(tx);
    if (await hasPeople(tx)) throw isSetUp();
    if (!(await spendLink(tx, 'setup', token))) throw linkEnded();
    const actor = await insertPerson(
      { ...tx, actor: undefined },
      { email, name, passwordHash, isInstallationAdmin: true },
    );
    const asAdmin: Context = { ...tx, actor };
    const team = await insertTeam(asAdmin, teamName, actor.personId);
    await appendAudit(asAdmin, {
      teamId: null,
      action: 'installation.set_up',
      resource: { type: 'person', id: actor.personId },
    });
    return { personId: actor.personId, teamSlug: team.slug };
  });
}

/** Before the costly hash; the transaction decides again. */
async function requireOpenLink(ctx: Context, token: string): Promise<void> {
  if (await hasPeople(ctx)) throw isSetUp();
  if ((await findLink(ctx, 'setup', token)).state !== 'open') throw linkEnded();
}
