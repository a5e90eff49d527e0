import { parseArgs } from 'node:util';
import { createToken } from '../auth/create-token.ts';
import { getPersonId } from '../auth/find-person.ts';
import { tokenScopes, type TokenScope } from '../core/permissions.ts';
import { UsageError, type Command } from './command.ts';
import { withDatabase } from './with-database.ts';

const usage = 'token create --user EMAIL --scope SCOPE [--scope SCOPE …] [--name NAME] [--days N] [--json]';
const isScope = (value: string): value is TokenScope => (tokenScopes as readonly string[]).includes(value);

function scopesOf(given: readonly string[]): TokenScope[] {
  const scopes: TokenScope[] = [];
  for (const scope of given.flatMap((value) => value.split(','))) {
    if (!isScope(scope)) throw new UsageError(`There is no scope ${scope}. Use some of: ${tokenScopes.join(', ')}.`);
    scopes.push(scope);
  }
  return scopes;
}

export const tokenCreate: Command = {
  usage,
  does: 'prints a personal token of someone, shown this once',
  async run(words, io) {
    const { values } = parseArgs({
      args: words,
      options: {
        user: { type: 'string' },
        scope: { type: 'string', multiple: true },
        name: { type: 'string', default: 'command line' },
        days: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const { user, scope, name, days } = values;
    if (user === undefined || scope === undefined) throw new UsageError(`Usage: ensemble ${usage}`);
    const expiresInDays = days === undefined ? null : Number(days);
    if (Number.isNaN(expiresInDays)) throw new UsageError('--days takes a whole number of days.');
    const wish = { name, scopes: scopesOf(scope), expiresInDays };
    const made = await withDatabase(async (ctx) =>
      createToken(ctx, wish, { forPersonId: await getPersonId(ctx, user) }),
    );
    io.write(
      values.json ? JSON.stringify({ id: made.tokenId, token: made.token, expiresAt: made.expiresAt }) : made.token,
    );
    return 0;
  },
};
