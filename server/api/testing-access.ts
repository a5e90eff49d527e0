import { count, eq } from 'drizzle-orm';
import superjson from 'superjson';
import { db, schema } from '../../db/client.ts';
import { createInvitation } from '../auth/create-invitation.ts';
import { newAuthSession, newPerson, newTeam, type TestPerson } from '../auth/testing.ts';
import { addDlpRule } from '../governance/dlp/manage-rules.ts';
import { newGuardRows } from '../governance/guard/testing.ts';
import { cookieOf, newToken } from '../http/testing.ts';
import type { Context } from '../context.ts';
import { askForRaise } from '../governance/budgets/ask-for-raise.ts';
import { createBudget } from '../governance/budgets/create-budget.ts';
import { listBudgets } from '../governance/budgets/list-budgets.ts';
import { setCallNode } from '../governance/calls/call-node.ts';
import { openCall } from '../governance/calls/open-call.ts';
import { aCall, aCaller } from '../governance/calls/testing.ts';
import { newId } from '../platform/ids.ts';
import { newTestWorker } from '../runs/testing.ts';
import { beginThread } from '../runs/threads/begin-thread.ts';
import { createSession } from '../sessions/create-session.ts';
import { knock } from '../sessions/knock.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { newGuest, newSessionLink, type TestGuest } from '../sessions/testing-guests.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { anchor } from './testing-inputs.ts';

/** What the walk over every procedure and route needs: one of each resource, people around it, inputs, calls. */

/** How somebody calls: a browser's cookie and a program's token. */
export type Caller = { cookie: string; token: string };

export type World = {
  projectId: string;
  /** One of each resource by the name that inputs give it. */
  resources: Record<string, unknown>;
  /** The same of another session beside it. */
  beside: Record<string, unknown>;
  viewer: Caller;
  developer: Caller;
  stranger: Caller;
  revoked: Caller;
  /** An admin's token that may only read. */
  reader: Caller;
  /** Guests of the one session, without an account: who may edit, and who may only view. */
  guest: Caller;
  looker: Caller;
  /** An account of another team, and a guest of the session who may edit. */
  visitor: Caller;
};

export async function newWorld(): Promise<World> {
  await newTestWorker();
  const team = await newStaffedTeam('Alpha');
  const stranger = await newPerson('Olga');
  await newTeam('Other', [[stranger, 'admin']]);
  const projectId = await newProject(team);
  const { token } = await newToken(team.admin.personId, ['read']);
  const resources = await resourcesOf(team, projectId);
  const sessionId = String(resources['sessionId']);
  const host = team.developer.ctx;
  return {
    projectId,
    resources,
    beside: await resourcesOf(team, projectId),
    viewer: await callerOf(team.viewer),
    developer: await callerOf(team.developer),
    stranger: await callerOf(stranger),
    revoked: await revokedCaller(team.admin),
    reader: { cookie: '', token },
    guest: await guestCaller(await newGuest(host, { sessionId })),
    looker: await guestCaller(await newGuest(host, { sessionId, level: 'view' })),
    visitor: await visitingCaller(host, sessionId),
  };
}

async function resourcesOf(team: TestTeam, projectId: string): Promise<Record<string, unknown>> {
  const { ctx } = team.developer;
  const { teamId } = team;
  const { id: sessionId, baseCommit } = await createSession(ctx, { projectId, title: 'Walk' });
  const { runId } = await sendPrompt(ctx, { sessionId, text: 'walk', agent: 'refactor' });
  const of = { teamId, sessionId };
  const rows = await rowsOfRun(team, { ...of, runId, baseCommit });
  const { threadId, commentId } = await threadIn(of, team.developer);
  const { threadId: agentThreadId } = await beginThread(ctx, { sessionId, agent: 'refactor' });
  const { invitationId } = await createInvitation(team.admin.ctx, { teamId, role: 'viewer' });
  const { id: tokenId } = await newToken(team.admin.personId);
  const { guestId, linkId } = await newGuest(ctx, { sessionId });
  const { budgetId, raiseId, callId } = await callsOf(team);
  return {
    team: team.slug,
    teamId,
    personId: team.developer.personId,
    invitationId,
    authSessionId: team.admin.authSessionId,
    tokenId,
    projectId,
    sessionId,
    runId,
    runIds: [runId],
    ...rows,
    checkpointId: await firstCheckpoint(sessionId),
    guestId,
    linkId,
    budgetId,
    raiseId,
    callId,
    threadId,
    commentId,
    agentThreadId,
    imageId: await imageIn(of, team.developer),
    proposalId: await proposalIn(of, team.developer),
    policyVersionId: await policyVersionOf(team),
    ruleId: await dlpRuleOf(team),
    ...(await newGuardRows(team, { projectId, sessionId, runId })),
  };
}

/** What a run leaves in its session, a row each. */
async function rowsOfRun(
  { developer }: TestTeam,
  { baseCommit, ...of }: { teamId: string; sessionId: string; runId: string; baseCommit: string },
) {
  const [suggestionId, taskId, permissionId, blobId] = [newId('sug'), newId('tsk'), newId('prm'), newId('blb')];
  const keptId = newId('kpt');
  const commits = { baseCommit, resultCommit: baseCommit, hunkCount: 0 };
  await db()
    .insert(schema.suggestion)
    .values({ id: suggestionId, ...of, ...commits });
  const { runId: _run, ...inSession } = of;
  const startedBy = developer.personId;
  await db()
    .insert(schema.task)
    .values({ id: taskId, ...inSession, name: 'test', command: 'true', state: 'queued', startedBy });
  await db()
    .insert(schema.runPermission)
    .values({ id: permissionId, ...of, request: {} });
  await db()
    .insert(schema.runFile)
    .values({ ...of, path: 'README.md', text: 'a text', line: 1 });
  await db()
    .insert(schema.eventBlob)
    .values({ id: blobId, ...inSession, content: 'a long text' });
  const kept = { attempt: 1, title: 'rm -rf src', sizeBytes: 1, eventSeq: 0 };
  await db()
    .insert(schema.keptFiles)
    .values({ id: keptId, ...of, ...kept });
  return { keptId, permissionId, suggestionId, taskId, blobId };
}

/** Something that the team's data protection looks for. */
async function dlpRuleOf({ teamId, admin }: TestTeam): Promise<string> {
  const { ruleId } = await addDlpRule(admin.ctx, { teamId, kind: 'words', name: 'Walk', lines: ['Bluebird'] });
  return ruleId;
}

/** A draft of the team's policies. */
async function policyVersionOf({ teamId, admin }: TestTeam): Promise<string> {
  const id = newId('pov');
  const [{ last } = { last: 0 }] = await db()
    .select({ last: count() })
    .from(schema.policyVersion)
    .where(eq(schema.policyVersion.teamId, teamId));
  const draft = { text: '', reason: 'A walk', basedOn: 0, createdBy: admin.personId };
  await db()
    .insert(schema.policyVersion)
    .values({ id, teamId, number: last + 1, ...draft });
  return id;
}

/** A call of the team's developer, a budget it fell under and the question for more of it. */
async function callsOf({ teamId, slug, admin, developer }: TestTeam) {
  setCallNode('node_testing');
  const { personId, name, email } = developer;
  const { id: callId } = await openCall(aCall(aCaller({ teamId, person: { id: personId, name, email } })));
  const every = await listBudgets(admin.ctx, { team: slug });
  const scope = every.length === 0 ? 'team' : 'run';
  const limit = { team: slug, scope, period: 'total', limitMicroUsd: 1_000_000 } as const;
  const { budgetId } = await createBudget(admin.ctx, limit);
  const wish = { team: slug, budgetId, limitMicroUsd: 2_000_000, reason: 'More' };
  const { raiseId } = await askForRaise(developer.ctx, wish);
  return { budgetId, raiseId, callId };
}

async function firstCheckpoint(sessionId: string): Promise<string> {
  const { sessionCheckpoint } = schema;
  const [row] = await db().select().from(sessionCheckpoint).where(eq(sessionCheckpoint.sessionId, sessionId));
  if (!row) throw new Error('a session without its first checkpoint');
  return row.id;
}

async function threadIn(of: { teamId: string; sessionId: string }, { personId, name }: TestPerson) {
  const [threadId, commentId] = [newId('thr'), newId('com')];
  const row = { ...of, fileId: 'fil_testing', path: 'README.md', anchor, createdBy: personId, lastPosition: 1 };
  await db()
    .insert(schema.commentThread)
    .values({ id: threadId, ...row });
  await db()
    .insert(schema.comment)
    .values({ id: commentId, ...of, threadId, position: 1, authorId: personId, authorName: name, body: 'Why?' });
  return { threadId, commentId };
}

async function proposalIn(of: { teamId: string; sessionId: string }, { personId, name }: TestPerson): Promise<string> {
  const id = newId('pro');
  const words = { text: 'walk', agent: 'refactor', authorId: personId, authorName: name, state: 'open' as const };
  await db()
    .insert(schema.promptProposal)
    .values({ id, ...of, ...words });
  return id;
}

async function imageIn(of: { teamId: string; sessionId: string }, { personId }: TestPerson): Promise<string> {
  const id = newId('img');
  const image = { mimeType: 'image/png', sizeBytes: 1, content: Uint8Array.of(1) };
  await db()
    .insert(schema.promptImage)
    .values({ id, ...of, personId, ...image });
  return id;
}

async function callerOf(person: TestPerson): Promise<Caller> {
  return { cookie: await cookieOf(person.authSessionId), token: (await newToken(person.personId)).token };
}

async function guestCaller({ ctx }: TestGuest): Promise<Caller> {
  const id = ctx.credential.kind === 'auth_session' ? ctx.credential.id : '';
  return { cookie: await cookieOf(id), token: '' };
}

async function visitingCaller(host: Context, sessionId: string): Promise<Caller> {
  const person = await newPerson('Vera');
  await newTeam('Third', [[person, 'admin']]);
  const { token } = await newSessionLink(host, { sessionId, asksFirst: false });
  await knock(person.ctx, { token });
  return callerOf(person);
}

/** An admin's sign-in and token that were good a moment ago. */
async function revokedCaller(person: TestPerson): Promise<Caller> {
  const authSessionId = await newAuthSession(person.personId);
  const { id, token } = await newToken(person.personId);
  const revokedAt = new Date();
  const { authSession, apiToken } = schema;
  await db().update(authSession).set({ revokedAt }).where(eq(authSession.id, authSessionId));
  await db().update(apiToken).set({ revokedAt }).where(eq(apiToken.id, id));
  return { cookie: await cookieOf(authSessionId), token };
}

/** The same names for resources that nobody has. */
export function unknownOf(
  resources: Record<string, unknown>,
  which: (name: string) => boolean = () => true,
): Record<string, unknown> {
  const unknown = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(unknown) : `${String(value).split(/[_-]/, 1)[0]}_0unknown`;
  return Object.fromEntries(
    Object.entries(resources).map(([name, value]) => [name, which(name) ? unknown(value) : value]),
  );
}

/** What came back: how it ended, and the whole of it without what differs between any two requests. */
export type Outcome = { code: string; body: string };

type ProcedureCall = { url: string; path: string; type: string; input: unknown; cookie: string | undefined };

/** Calls a procedure the way our own pages do. */
export async function callProcedure(call: ProcedureCall): Promise<Outcome> {
  const { url, path, type, input } = call;
  const serialized = input === undefined ? undefined : JSON.stringify(superjson.serialize(input));
  const isWrite = type === 'mutation';
  const query = isWrite || serialized === undefined ? '' : `?input=${encodeURIComponent(serialized)}`;
  const response = await fetch(`${url}/api/trpc/${path}${query}`, {
    ...(isWrite ? { method: 'POST', body: serialized ?? '{"json":null}' } : {}),
    headers: headersOf(call),
  });
  const isStream = response.headers.get('content-type')?.includes('event-stream') ?? false;
  const text = isStream ? await firstEvent(response) : await response.text();
  return { code: /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? 'OK', body: withoutRequestId(text) };
}

function headersOf({ url, type, cookie }: ProcedureCall): Record<string, string> {
  return {
    origin: url,
    'sec-fetch-site': 'same-origin',
    ...(cookie === undefined ? {} : { cookie }),
    ...(type === 'mutation' ? { 'content-type': 'application/json' } : {}),
    ...(type === 'subscription' ? { accept: 'text/event-stream' } : {}),
  };
}

/** The first event of a stream that says something. */
async function firstEvent(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const event = text.split('\n\n').find((one) => one.includes('data:') && !one.includes('event: connected'));
    if (event !== undefined && text.endsWith('\n\n')) return event;
  }
  return text;
}

/** Calls a REST route the way a program does. */
export async function callRoute(
  url: string,
  call: { method: string; path: string; body: string | undefined; token: string | undefined },
): Promise<Outcome & { status: number }> {
  const response = await fetch(`${url}/api/v1${call.path}`, {
    method: call.method,
    headers: {
      ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(call.body === undefined ? {} : { body: call.body }),
  });
  const isStream = response.headers.get('content-type')?.includes('event-stream') ?? false;
  const text = isStream ? await firstEvent(response) : await response.text();
  return { status: response.status, code: String(response.status), body: withoutRequestId(text) };
}

const withoutRequestId = (text: string) => text.replaceAll(/req_\w+/g, 'req');
