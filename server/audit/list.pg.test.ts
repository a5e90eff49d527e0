import { beforeAll, describe, expect, test } from 'vitest';
import { db, schema } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { newPerson, newTeam, type TestPerson } from '../auth/testing.ts';
import { withTransaction, type Context } from '../context.ts';
import { appendAudit } from './append.ts';
import { listAudit } from './list.ts';

await testDatabase();

let lead: TestPerson;
let developer: TestPerson;
let stranger: TestPerson;
let installationAdmin: TestPerson;
let teamId: string;
let slug: string;

/** An entry by this person at this time. */
async function enter(ctx: Context, at: string, entry: { teamId: string | null; action: string; id: string }) {
  const { action, id } = entry;
  const type = action.split('.')[0] ?? '';
  await withTransaction({ ...ctx, now: () => new Date(at) }, (tx) =>
    appendAudit(tx, { teamId: entry.teamId, action, resource: { type, id }, detail: { after: { action } } }),
  );
}

beforeAll(async () => {
  lead = await newPerson('Lea Lead');
  developer = await newPerson('Dev 100%');
  stranger = await newPerson('Stu');
  installationAdmin = await newPerson('Ida', { installationAdmin: true });
  teamId = await newTeam('Alpha', [
    [lead, 'lead'],
    [developer, 'developer'],
  ]);
  const otherTeamId = await newTeam('Beta', [[stranger, 'admin']]);
  slug = (await db().select().from(schema.team)).find((team) => team.id === teamId)?.slug ?? '';
  await enter(lead.ctx, '2026-03-01T00:00:00.000Z', { teamId, action: 'session.create', id: 'ses_1' });
  await enter(developer.ctx, '2026-03-01T23:59:59.999Z', { teamId, action: 'hunk.accept', id: 'sug_1' });
  await enter(developer.ctx, '2026-03-02T12:00:00.000Z', { teamId, action: 'hunk.reject', id: 'sug_1' });
  await enter(lead.ctx, '2026-03-02T12:00:00.000Z', { teamId, action: 'commit.create', id: 'abc' });
  await enter(stranger.ctx, '2026-03-02T13:00:00.000Z', { teamId: otherTeamId, action: 'session.create', id: 'ses_2' });
  await enter(installationAdmin.ctx, '2026-03-03T00:00:00.000Z', { teamId: null, action: 'team.create', id: 'team_1' });
});

const actionsOf = async (ctx: Context, input: Parameters<typeof listAudit>[1]) =>
  (await listAudit(ctx, input)).items.map(({ action }) => action);

describe('who may read', () => {
  test('a lead reads their team’s entries and nobody else’s', async () => {
    expect((await actionsOf(lead.ctx, { team: slug })).toSorted()).toEqual([
      'commit.create',
      'hunk.accept',
      'hunk.reject',
      'session.create',
    ]);
    expect((await listAudit(lead.ctx, {})).items.every((entry) => entry.teamId === teamId)).toBe(true);
  });

  test('a developer may not, for another team’s member there is no such team, and nobody is nobody', async () => {
    await expect(listAudit(developer.ctx, { team: slug })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(listAudit(developer.ctx, {})).rejects.toMatchObject({ code: 'forbidden' });
    await expect(listAudit(stranger.ctx, { team: slug })).rejects.toMatchObject({ code: 'not_found' });
    await expect(listAudit({ ...lead.ctx, actor: undefined }, {})).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('what concerns the installation is for its admins, who read nothing of teams they are not in', async () => {
    expect(await actionsOf(installationAdmin.ctx, { installation: true })).toEqual(['team.create']);
    expect(await actionsOf(installationAdmin.ctx, {})).toEqual(['team.create']);
    await expect(listAudit(installationAdmin.ctx, { team: slug })).rejects.toMatchObject({ code: 'not_found' });
    await expect(listAudit(lead.ctx, { installation: true })).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('a token needs the scope for it', async () => {
    const withScopes = (scopes: ('read' | 'audit')[]): Context => ({
      ...lead.ctx,
      credential: { kind: 'api_token', id: 'tok_1', scopes },
    });
    await expect(listAudit(withScopes(['read']), {})).rejects.toMatchObject({ code: 'forbidden' });
    expect(await actionsOf(withScopes(['audit']), { team: slug, limit: 1 })).toHaveLength(1);
  });
});

test.each([
  [{ from: '2026-03-02' }, ['commit.create', 'hunk.reject']],
  [{ to: '2026-03-01' }, ['hunk.accept', 'session.create']],
  [{ from: '2026-03-01T23:59:59.999Z', to: '2026-03-02T14:00:00+02:00' }, ['hunk.accept']],
  [{ actor: 'lea' }, ['commit.create', 'session.create']],
  [{ actor: '0%' }, ['hunk.accept', 'hunk.reject']],
  [{ actor: 'nobody' }, []],
  [{ action: 'hunk' }, ['hunk.accept', 'hunk.reject']],
  [{ action: 'hunk.accept' }, ['hunk.accept']],
  [{ action: 'h_nk' }, []],
  [{ resource: 'hunk' }, ['hunk.accept', 'hunk.reject']],
  [{ resource: 'sug_1', actor: 'dev', action: 'hunk.r' }, ['hunk.reject']],
  [{ resource: 'hunk:sug_1' }, ['hunk.accept', 'hunk.reject']],
  [{ resource: 'session:sug_1' }, []],
])('%j finds %j', async (filter, found) => {
  expect((await actionsOf(lead.ctx, { team: slug, ...filter })).toSorted()).toEqual(found);
});

test('pages put together are the log, newest first, also where entries share an instant', async () => {
  const whole = await listAudit(lead.ctx, { team: slug });
  expect(whole.nextCursor).toBeNull();
  const times = whole.items.map(({ at }) => at.getTime());
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await listAudit(lead.ctx, { team: slug, limit: 1, ...(cursor === null ? {} : { cursor }) });
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual(whole.items.map(({ id }) => id));
});

test.each([{ from: '0000-01-01' }, { to: '9999-12-31' }, { from: '9999-12-31T23:59:59-12:00' }, { to: 'today' }])(
  '%j is answered or refused as input, never a fault of the database',
  async (filter) => {
    const outcome = await listAudit(lead.ctx, { team: slug, ...filter }).catch((error: unknown) => error);
    expect(outcome instanceof Error ? outcome.name : 'answered').toMatch(/^(ZodError|\$ZodError|AppError|answered)$/);
  },
);
