import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';
import type { PersonActor } from './authorize.ts';

export type NewPerson = { email: string; name: string; passwordHash: string | null; isInstallationAdmin?: boolean };

/**
 * Inside a transaction: adds a person. Who signs up by a link is the actor of their own making.
 * @throws conflict when the email belongs to someone already
 */
export async function insertPerson(tx: Context, given: NewPerson): Promise<PersonActor> {
  const { email, name, passwordHash, isInstallationAdmin = false } = given;
  const [row] = await tx.db
    .insert(schema.person)
    .values({ id: newId('per'), email, name, passwordHash, isInstallationAdmin, createdAt: tx.now() })
    .onConflictDoNothing()
    .returning({ id: schema.person.id });
  if (!row)
    throw new AppError(
      'conflict',
      `There is an account for ${email} already. Sign in with it instead, or use another address.`,
    );
  const person: PersonActor = { kind: 'person', personId: row.id, name, email };
  await appendAudit(
    { ...tx, actor: tx.actor ?? person },
    {
      teamId: null,
      action: 'person.create',
      resource: { type: 'person', id: row.id },
      detail: { after: { email, name, isInstallationAdmin } },
    },
  );
  return person;
}
