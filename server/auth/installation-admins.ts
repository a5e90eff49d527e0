import { and, asc, eq, isNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';

export type PersonRow = typeof schema.person.$inferSelect;

/**
 * Inside a transaction: locks all active installation admins, always in the same order, so that two who take the
 * right from each other wait and the second sees what is left. @returns their ids
 */
export async function lockInstallationAdmins(tx: Context): Promise<string[]> {
  const { person } = schema;
  const rows = await tx.db
    .select({ id: person.id })
    .from(person)
    .where(and(eq(person.isInstallationAdmin, true), isNull(person.disabledAt)))
    .orderBy(asc(person.id))
    .for('update');
  return rows.map(({ id }) => id);
}

/** @throws conflict when nobody else could administer this installation */
export function requireAnotherInstallationAdmin(admins: readonly string[], personId: string): void {
  if (admins.includes(personId) && admins.length === 1)
    throw new AppError('conflict', 'This is the only installation admin. Make someone else one first.');
}

/** Inside a transaction: the row of someone with an account, locked. @throws not_found */
export async function lockPerson(tx: Context, personId: string): Promise<PersonRow> {
  const { person } = schema;
  const [row] = await tx.db
    .select()
    .from(person)
    .where(and(eq(person.id, personId), eq(person.kind, 'account')))
    .for('update');
  if (!row) throw new AppError('not_found', 'There is no such person.');
  return row;
}
