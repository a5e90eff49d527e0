import type { Context } from '../../context.ts';
import { findPublished, type PolicyScope } from './published.ts';
import { shippedPolicies, teamStart } from './shipped-policies.ts';

/** The text that decides now, and its number; 0 for what is shipped. A team without one starts from `teamStart`. */
export async function textInForce(db: Context['db'], scope: PolicyScope): Promise<{ number: number; text: string }> {
  const row = await findPublished(db, scope);
  if (row) return { number: row.number, text: row.text };
  return { number: 0, text: scope === null ? shippedPolicies : teamStart };
}
