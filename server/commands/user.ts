import { parseArgs } from 'node:util';
import { createPerson } from '../auth/create-person.ts';
import { createResetLink } from '../auth/create-reset-link.ts';
import { getPersonId } from '../auth/find-person.ts';
import { teamRoles, type TeamRole } from '../core/permissions.ts';
import { UsageError, type Command } from './command.ts';
import { withDatabase } from './with-database.ts';

const isRole = (value: string): value is TeamRole => (teamRoles as readonly string[]).includes(value);

const createUsage = 'user create EMAIL --name NAME [--admin] [--team SLUG --role ROLE] [--password-stdin] [--json]';

export const userCreate: Command = {
  usage: createUsage,
  does: 'adds a person; prints the link with which they set their password, or takes a password from stdin',
  async run(words, io) {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        admin: { type: 'boolean', default: false },
        team: { type: 'string' },
        role: { type: 'string', default: 'developer' },
        'password-stdin': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const [email] = positionals;
    const { name, admin, team: slug, role } = values;
    if (email === undefined || name === undefined || positionals.length !== 1)
      throw new UsageError(`Usage: ensemble ${createUsage}`);
    if (!isRole(role)) throw new UsageError(`There is no role ${role}. Use one of: ${teamRoles.join(', ')}.`);
    const password = values['password-stdin'] ? (await io.readInput()).replace(/\r?\n$/, '') : undefined;
    const made = await withDatabase((ctx) =>
      createPerson(ctx, {
        email,
        name,
        isInstallationAdmin: admin,
        ...(password === undefined ? {} : { password }),
        ...(slug === undefined ? {} : { team: { slug, role } }),
      }),
    );
    if (values.json) io.write(JSON.stringify({ id: made.personId, setPasswordUrl: made.link?.url ?? null }));
    else if (made.link)
      io.write(`Made ${email}. They set their password here (works once, within a day): ${made.link.url}`);
    else io.write(`Made ${email}. They sign in with the password you gave.`);
    return 0;
  },
};

const resetUsage = 'user reset EMAIL [--json]';

export const userReset: Command = {
  usage: resetUsage,
  does: 'prints a link with which a person sets a new password',
  async run(words, io) {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    });
    const [email] = positionals;
    if (email === undefined || positionals.length !== 1) throw new UsageError(`Usage: ensemble ${resetUsage}`);
    const { url, expiresAt } = await withDatabase(async (ctx) =>
      createResetLink(ctx, { personId: await getPersonId(ctx, email) }),
    );
    io.write(
      values.json
        ? JSON.stringify({ url, expiresAt })
        : `A new password for ${email} (works once, within a day): ${url}`,
    );
    return 0;
  },
};
