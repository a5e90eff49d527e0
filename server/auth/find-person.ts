import { and, eq, isNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { requireOperator } from './require-operator.ts';

/** The id of an active person, for operators. @throws not_found */
export async function getPersonId(ctx: Context, email: string): Promise<string> {
  await requireOperator(ctx);
  const { person } = schema;
  const [row] = await ctx.db
    .select({ id: person.id })
    .from(person)
    .where(and(eq(person.email, email.trim().toLowerCase()), eq(person.kind, 'account'), isNull(person.disabledAt)));
  if (!row)
    throw new AppError(
      'not_found',
      `There is no active account for ${email}. Make one with: ensemble user create ${email} --name NAME`,
    );
  return row.id;
}
