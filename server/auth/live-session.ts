import { and, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { decode } from 'next-auth/jwt';
import { db, schema } from '../../db/client.ts';
import type { Credential } from '../context.ts';
import { env } from '../platform/env.ts';
import { authSecret, hashSecret, tokenPrefix } from '../platform/secrets.ts';
import type { PersonActor } from './authorize.ts';

/** Who a request speaks for, and by what right. Looked up at every request, so that ending the row ends it all. */
export type LiveSession<Kind extends Credential['kind'] = Credential['kind']> = {
  actor: PersonActor;
  credential: Extract<Credential, { kind: Kind }>;
};

const stale = sql`now() - interval '1 minute'`;

/** The name next-auth gives its cookie; over https browsers accept it from secure pages only. */
export function sessionCookieName(publicUrl = env().publicUrl): string {
  return `${publicUrl.startsWith('https://') ? '__Secure-' : ''}next-auth.session-token`;
}

/** The sign-in token in a Cookie header; next-auth cuts what is longer than a cookie into `name.0`, `name.1`, … */
export function sessionTokenOf(header: string | undefined, name: string): string | undefined {
  const chunks: [number, string][] = [];
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    const key = part.slice(0, at).trim();
    if (at < 1 || !(key === name || key.startsWith(`${name}.`))) continue;
    const value = part.slice(at + 1).trim();
    if (key === name) return value;
    const place = key.slice(name.length + 1);
    if (/^\d{1,2}$/.test(place)) chunks.push([Number(place), value]);
  }
  chunks.sort(([a], [b]) => a - b);
  return chunks.length === 0 ? undefined : chunks.map(([, value]) => value).join('');
}

/** The live session behind a Cookie header, or undefined: no cookie, a foreign one, an ended or disabled sign-in. */
export async function sessionFromCookie(header: string | undefined): Promise<LiveSession<'auth_session'> | undefined> {
  const token = sessionTokenOf(header, sessionCookieName());
  if (token === undefined) return undefined;
  // What cannot be decrypted was not made by this installation.
  const claims = await decode({ token, secret: authSecret() }).catch(() => null);
  const sid = claims?.['sid'];
  return typeof sid === 'string' ? liveAuthSession(sid) : undefined;
}

/** The sign-in with this id, unless it ended, expired, or its person is disabled. */
export async function liveAuthSession(id: string): Promise<LiveSession<'auth_session'> | undefined> {
  const { authSession, person } = schema;
  const [row] = await db()
    .select({
      personId: person.id,
      name: person.name,
      email: person.email,
      kind: person.kind,
      isStale: sql<boolean>`${authSession.lastSeenAt} < ${stale}`,
    })
    .from(authSession)
    .innerJoin(person, eq(person.id, authSession.personId))
    .where(
      and(
        eq(authSession.id, id),
        isNull(authSession.revokedAt),
        gt(authSession.expiresAt, sql`now()`),
        isNull(person.disabledAt),
      ),
    );
  if (!row) return undefined;
  if (row.isStale) {
    await db()
      .update(authSession)
      .set({ lastSeenAt: sql`now()` })
      .where(and(eq(authSession.id, id), lt(authSession.lastSeenAt, stale)));
  }
  const { personId, name, email } = row;
  const actor: PersonActor = { kind: 'person', personId, name, email, ...(row.kind === 'guest' && { isGuest: true }) };
  return { actor, credential: { kind: 'auth_session', id } };
}

/** The actor behind `Authorization: Bearer ens_…`, or undefined. */
export async function actorFromBearer(header: string | undefined): Promise<LiveSession<'api_token'> | undefined> {
  const secret = /^bearer +(\S+)$/i.exec(header ?? '')?.[1];
  return secret === undefined ? undefined : actorFromToken(secret);
}

/** The actor behind a personal token, unless it was revoked, expired, or its person is disabled. */
export async function actorFromToken(secret: string): Promise<LiveSession<'api_token'> | undefined> {
  if (!secret.startsWith(tokenPrefix)) return undefined;
  const { apiToken, person } = schema;
  const [row] = await db()
    .select({ id: apiToken.id, scopes: apiToken.scopes, personId: person.id, name: person.name, email: person.email })
    .from(apiToken)
    .innerJoin(person, eq(person.id, apiToken.personId))
    .where(
      and(
        eq(apiToken.tokenHash, hashSecret(secret)),
        isNull(apiToken.revokedAt),
        or(isNull(apiToken.expiresAt), gt(apiToken.expiresAt, sql`now()`)),
        isNull(person.disabledAt),
      ),
    );
  if (!row) return undefined;
  await db()
    .update(apiToken)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiToken.id, row.id), or(isNull(apiToken.lastUsedAt), lt(apiToken.lastUsedAt, stale))));
  const { id, scopes, personId, name, email } = row;
  return { actor: { kind: 'person', personId, name, email }, credential: { kind: 'api_token', id, scopes } };
}
