import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { auditOf, newPerson, newTeam, type TestPerson } from '../../auth/testing.ts';
import { addUsage, noUsage, usageCsv, usageParts, type UsageSum } from '../../core/usage.ts';
import { newId } from '../../platform/ids.ts';
import { setCallNode } from '../calls/call-node.ts';
import { openCall, recordDenied } from '../calls/open-call.ts';
import { setRecording } from '../calls/set-recording.ts';
import { settleCall } from '../calls/settle-call.ts';
import { aCall, aCaller, aTarget } from '../calls/testing.ts';
import { getCall, listCalls } from './list-calls.ts';
import { reportUsage } from './usage-report.ts';

const { db } = await testDatabase();

let lead: TestPerson;
let admin: TestPerson;
let developer: TestPerson;
let stranger: TestPerson;
let teamId: string;
let slug: string;
let openProject: string;
let limited: string;

const { price: _price, ...unpriced } = aTarget;
const used = (input: number, output: number) => ({
  state: 'succeeded' as const,
  usage: { input, output },
  isEstimate: false,
});

async function newProject(name: string, isRestricted: boolean): Promise<string> {
  const id = newId('prj');
  const of = { teamId, name, slug: name, source: { type: 'empty' as const }, status: 'ready' as const, isRestricted };
  await db.insert(schema.project).values({ id, ...of, createdBy: admin.personId });
  return id;
}

const by = (person: TestPerson, more: { projectId?: string; run?: { id: string; agent: string } } = {}) =>
  aCaller({ teamId, person: { id: person.personId, name: person.name, email: person.email }, ...more });

beforeAll(async () => {
  setCallNode('node_here');
  [lead, admin, developer] = [await newPerson('Lea'), await newPerson('Ada'), await newPerson('Dev')];
  stranger = await newPerson('Stu');
  teamId = await newTeam('Alpha', [
    [lead, 'lead'],
    [admin, 'admin'],
    [developer, 'developer'],
  ]);
  await newTeam('Beta', [[stranger, 'admin']]);
  slug = (await db.select().from(schema.team).where(eq(schema.team.id, teamId)))[0]?.slug ?? '';
  [openProject, limited] = [await newProject('Open', false), await newProject('Limited', true)];
  await settleCall(await openCall(aCall(by(developer, { projectId: openProject }))), used(100, 50));
  await settleCall(
    await openCall(aCall(by(lead, { projectId: limited, run: { id: 'run_1', agent: 'coder' } }))),
    used(7, 0),
  );
  await settleCall(await openCall(aCall(by(developer), 5, { targets: [unpriced], alias: 'local' })), used(30, 3));
  const cut = { state: 'cancelled', usage: { input: 10, output: 1 }, isEstimate: true } as const;
  await settleCall(await openCall(aCall(by(admin, { projectId: limited }))), cut);
  await recordDenied(aCall(by(developer), 9, { policy: { effect: 'deny', rules: [{ id: 'pol_x', title: 'No' }] } }), {
    cause: 'policy',
    message: 'No such model here.',
  });
  await openCall(aCall(by(lead)));
});

describe('the usage of a month', () => {
  test('[BU15] adds up exactly in every part, with what is unpriced and what is estimated told apart', async () => {
    const report = await reportUsage(admin.ctx, { team: slug });
    expect(report).toMatchObject({ isOwn: false, underWay: 1 });
    expect(report.total).toMatchObject({
      calls: 5,
      denied: 1,
      inputTokens: 147,
      outputTokens: 54,
      costMicroUsd: 219,
      estimatedCalls: 1,
      unpricedCalls: 1,
      unpricedTokens: 33,
    });
    for (const part of usageParts) expect(report.parts[part].reduce<UsageSum>(addUsage, noUsage)).toEqual(report.total);
    expect(report.parts.person.map(({ name, costMicroUsd }) => [name, costMicroUsd])).toEqual([
      ['Dev', 200],
      ['Ada', 12],
      ['Lea', 7],
    ]);
    expect(report.parts.project.map(({ name }) => name)).toEqual(['Open', 'Limited', 'No project']);
    const lines = usageCsv(report).trimEnd().split('\r\n');
    expect(lines[1]).toMatch(/^total,,,5,1,/);
    expect(lines).toHaveLength(2 + usageParts.flatMap((part) => report.parts[part]).length);
  });

  test('[BU16] a lead sees the team’s, but no name of a project that is limited to others; a member their own', async () => {
    const ofLead = await reportUsage(lead.ctx, { team: slug });
    expect(ofLead.parts.project.map(({ name }) => name)).toContain('Projects you have no access to');
    expect(JSON.stringify(ofLead)).not.toContain(limited);
    const own = await reportUsage(developer.ctx, { team: slug });
    expect(own).toMatchObject({ isOwn: true, total: { calls: 3, costMicroUsd: 200 } });
    expect(own.parts.person.map(({ name }) => name)).toEqual(['Dev']);
    await expect(reportUsage(stranger.ctx, { team: slug })).rejects.toMatchObject({ code: 'not_found' });
    expect((await reportUsage(admin.ctx, { team: slug, month: '2020-02' })).total).toEqual(noUsage);
  });
});

describe('the record of calls', () => {
  test.each([
    [{}, 6],
    [{ who: 'dev' }, 3],
    [{ model: 'LOCAL' }, 1],
    [{ model: 'testing' }, 5],
    [{ outcome: 'cancelled' }, 1],
    [{ deniedBy: 'policy', rule: 'pol_x' }, 1],
    [{ about: 'run_1' }, 1],
    [{ until: '2020-01-01' }, 0],
    [{ finding: 'email' }, 0],
  ] as const)('[BU16] %j finds %i', async (filter, found) => {
    expect((await listCalls(admin.ctx, { team: slug, ...filter })).items).toHaveLength(found);
  });

  test('[BU16] pages put together are the list, and a member finds their own alone', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await listCalls(admin.ctx, { team: slug, limit: 2, ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual((await listCalls(admin.ctx, { team: slug })).items.map(({ id }) => id));
    const own = (await listCalls(developer.ctx, { team: slug })).items;
    expect(own).toHaveLength(3);
    const other = seen.find((id) => !own.some((call) => call.id === id)) ?? '';
    await expect(getCall(developer.ctx, { callId: other })).rejects.toMatchObject({ code: 'not_found' });
    await expect(getCall(stranger.ctx, { callId: other })).rejects.toMatchObject({ code: 'not_found' });
    expect(await getCall(lead.ctx, { callId: other })).toMatchObject({ id: other, hasContent: false });
  });

  test('[BU17] holds the shape or the masked content when the team says so, for whoever called and for admins', async () => {
    const content = { request: '{"messages":["<EMAIL_1>"]}', answer: 'Hello' };
    await expect(setRecording(lead.ctx, { team: slug, level: 'full', retentionDays: 2 })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const call = async () => {
      const opened = await openCall(aCall(by(developer)));
      await settleCall(opened, used(1, 1), { content });
      return getCall(admin.ctx, { callId: opened.id });
    };
    expect(await call()).toMatchObject({ hasContent: false, shape: { messages: 1 } });
    await setRecording(admin.ctx, { team: slug, level: 'none', retentionDays: 2 });
    expect(await call()).toMatchObject({ hasContent: false, shape: null });
    await setRecording(admin.ctx, { team: slug, level: 'full', retentionDays: 2 });
    const kept = await call();
    expect(kept).toMatchObject({ hasContent: true, content });
    expect(await getCall(developer.ctx, { callId: kept.id })).toMatchObject({ content });
    expect(await getCall(lead.ctx, { callId: kept.id })).toMatchObject({ hasContent: true, content: null });
    const [row] = await db.select().from(schema.modelCallContent);
    expect(row?.requestSealed).toMatch(/^v\d+\./);
    expect(row?.requestSealed).not.toContain('EMAIL');
    expect((row?.expiresAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(1.9 * 86_400_000);
    expect((await auditOf('team', teamId)).map(({ action }) => action)).toEqual(['recording.set', 'recording.set']);
  });
});
