import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { db, schema } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { isAppError } from '../core/errors.ts';
import { changeMemberRole } from './change-member-role.ts';
import { createInvitation } from './create-invitation.ts';
import { createTeam } from './create-team.ts';
import { createToken } from './create-token.ts';
import { endOtherAuthSessions } from './end-auth-sessions.ts';
import { liveAuthSession } from './live-session.ts';
import { listInvitations, listMembers, listTokens } from './queries.ts';
import { removeMember } from './remove-member.ts';
import { renameTeam } from './rename-team.ts';
import { revokeInvitation } from './revoke-invitation.ts';
import { accessChangesDuring, newAuthSession, newPerson, newTeam, type TestPerson } from './testing.ts';

const { url } = await testDatabase();

let ana: TestPerson;
let bo: TestPerson;
let teamId: string;

beforeEach(async () => {
  ana = await newPerson('ana', { installationAdmin: true });
  bo = await newPerson('bo');
  teamId = await newTeam('Ledger', [
    [ana, 'admin'],
    [bo, 'developer'],
  ]);
});

describe('another team', () => {
  it('[AC21] does not exist, for its reads and its writes, not even for an installation admin', async () => {
    const admin = await newPerson('olga', { installationAdmin: true });
    await newTeam('Other', [[admin, 'admin']]);
    const { invitationId } = await createInvitation(ana.ctx, { teamId, role: 'viewer' });
    const { ctx } = admin;
    const attempts: [string, () => Promise<unknown>][] = [
      ['members', () => listMembers(ctx, teamId)],
      ['invitations', () => listInvitations(ctx, teamId)],
      ['invite', () => createInvitation(ctx, { teamId, role: 'admin' })],
      ['withdraw', () => revokeInvitation(ctx, { teamId, invitationId })],
      ['rename', () => renameTeam(ctx, { teamId, name: 'Mine' })],
      ['role', () => changeMemberRole(ctx, { teamId, personId: bo.personId, role: 'viewer' })],
      ['remove', () => removeMember(ctx, { teamId, personId: bo.personId })],
      ['leave', () => removeMember(ctx, { teamId, personId: admin.personId })],
    ];
    for (const [name, attempt] of attempts) {
      const theirs = await attempt().catch((error: unknown) => error);
      expect(isAppError(theirs) ? theirs.code : theirs, name).toBe('not_found');
    }
    const unknown = await listMembers(ctx, 'team_unknown').catch((error: unknown) => error);
    expect(unknown).toEqual(await listMembers(ctx, teamId).catch((error: unknown) => error));
  });
});

describe('what is refused', () => {
  it('[AC19] tells nobody', async () => {
    const heard = await accessChangesDuring(url, async () => {
      await expect(removeMember(ana.ctx, { teamId, personId: ana.personId })).rejects.toMatchObject({
        code: 'conflict',
      });
    });
    expect(heard).toEqual([]);
  });
});

describe('without an audit entry', () => {
  const asOwner = async (statement: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(statement);
    await client.end();
  };

  beforeEach(() =>
    asOwner(`create function refuse_audit() returns trigger language plpgsql as $$ begin raise exception 'no audit'; end $$;
             create trigger refuse_audit before insert on audit_entry for each row execute function refuse_audit()`),
  );
  afterEach(() => asOwner('drop function refuse_audit() cascade'));

  it('[AC22] nothing is changed and nobody is told', async () => {
    const other = await newAuthSession(ana.personId);
    const teams = (await db().select().from(schema.team)).length;
    const heard = await accessChangesDuring(url, async () => {
      for (const attempt of [
        () => endOtherAuthSessions(ana.ctx),
        () => changeMemberRole(ana.ctx, { teamId, personId: bo.personId, role: 'lead' }),
        () => createTeam(ana.ctx, { name: 'New' }),
        () => createToken(ana.ctx, { name: 'ci', scopes: ['read'], expiresInDays: 1 }),
      ])
        await expect(attempt()).rejects.toThrow();
    });
    expect(heard).toEqual([]);
    expect(await liveAuthSession(other)).toBeDefined();
    expect((await listMembers(ana.ctx, teamId)).find(({ name }) => name === 'bo')?.role).toBe('developer');
    expect(await db().select().from(schema.team)).toHaveLength(teams);
    expect(await listTokens(ana.ctx)).toEqual([]);
  });
});
