import { and, eq, sql } from 'drizzle-orm';
import pg from 'pg';
import { db, schema } from '../../db/client.ts';
import { createContext, type Context } from '../context.ts';
import type { TeamRole } from '../core/permissions.ts';
import { newId } from '../platform/ids.ts';
import type { PersonActor } from './authorize.ts';

/** Rows for tests of use cases: people, teams and signed-in contexts, without going through the use cases under test. */

export type TestPerson = PersonActor & { ctx: Context; authSessionId: string };

/** A person with one browser sign-in; `ctx` speaks for them. */
export async function newPerson(
  name: string,
  options: { installationAdmin?: boolean; passwordHash?: string; email?: string } = {},
): Promise<TestPerson> {
  const personId = newId('per');
  const email = options.email ?? `${name}-${personId.slice(-6)}@example.com`;
  await db()
    .insert(schema.person)
    .values({
      id: personId,
      name,
      email,
      passwordHash: options.passwordHash ?? null,
      isInstallationAdmin: options.installationAdmin ?? false,
    });
  const authSessionId = await newAuthSession(personId);
  const actor: PersonActor = { kind: 'person', personId, name, email };
  return {
    ...actor,
    authSessionId,
    ctx: createContext({ actor, credential: { kind: 'auth_session', id: authSessionId } }),
  };
}

/** A browser sign-in that lasts an hour. */
export async function newAuthSession(personId: string): Promise<string> {
  const id = newId('ase');
  await db()
    .insert(schema.authSession)
    .values({ id, personId, userAgent: 'a test', expiresAt: new Date(Date.now() + 3_600_000) });
  return id;
}

/** A team with these people in these roles. @returns its id */
export async function newTeam(
  name: string,
  members: readonly (readonly [PersonActor, TeamRole])[] = [],
): Promise<string> {
  const teamId = newId('team');
  await db()
    .insert(schema.team)
    .values({ id: teamId, name, slug: `${name.toLowerCase()}-${teamId.slice(-6)}` });
  for (const [{ personId }, role] of members) await db().insert(schema.teamMember).values({ teamId, personId, role });
  return teamId;
}

/** The audit entries about a resource, oldest first. */
export async function auditOf(type: string, id: string) {
  const { auditEntry } = schema;
  return db()
    .select()
    .from(auditEntry)
    .where(and(eq(auditEntry.resourceType, type), eq(auditEntry.resourceId, id)))
    .orderBy(auditEntry.at, auditEntry.id);
}

/** Runs `act` and returns what `access_changed` said up to its end. Notifications keep the order of commits. */
export async function accessChangesDuring(url: string, act: () => Promise<unknown>): Promise<string[]> {
  const heard: string[] = [];
  const end = newId('req');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('listen access_changed');
    const ended = new Promise<void>((resolve) => {
      client.on('notification', ({ payload = '' }) => (payload === end ? resolve() : heard.push(payload)));
    });
    await act();
    await db().execute(sql`select pg_notify('access_changed', ${end})`);
    await ended;
    return heard;
  } finally {
    await client.end();
  }
}
