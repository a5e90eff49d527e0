import { rm } from 'node:fs/promises';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { restRoutes } from '../http/rest/resources.ts';
import type { RestRoute } from '../http/rest/route.ts';
import { startHttp, type TestHttp } from '../http/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { startEmptyRooms } from '../workspace/testing-rooms.ts';
import { appRouter } from './root.ts';
import { callProcedure, callRoute, newWorld, unknownOf, type Caller, type World } from './testing-access.ts';
import { inputFor } from './testing-inputs.ts';

/**
 * Walks every procedure and every route with: guests of one session, no session, a revoked one, another team's member, a member whom a limited
 * project does not list, a viewer, and a token that may only read. What is new is walked by itself; a field of which
 * the walk knows no value fails it. Pages are walked in the browser suite, the socket in server/collab.
 */

/** For people who are not signed in. */
const open = [
  'identity.me',
  'identity.isSetUp',
  'identity.setUpLink',
  'identity.setUp',
  'identity.resetLink',
  'identity.resetPassword',
  'members.invitation',
  'members.join',
  'sharing.link',
];

/** For installation admins alone, whatever is named. */
const installationOnly = [
  'budgets.installation',
  'members.everyone',
  'agents.addCustom',
  'agents.changeCustom',
  'agents.changes',
  'agents.custom',
  'agents.removeCustom',
  'agents.install',
  'agents.uninstall',
  'mcpServers.add',
  'mcpServers.change',
  'mcpServers.list',
  'mcpServers.remove',
  'mcpServers.try',
  'members.teams',
  'members.createTeam',
  'members.appointAdmin',
  'members.setDisabled',
  'members.setInstallationAdmin',
  'members.resetLink',
  'providers.add',
  'providers.addModels',
  'providers.change',
  'providers.changeModel',
  'providers.list',
  'providers.modelFiles',
  'providers.models',
  'providers.remove',
  'providers.removeModel',
  'providers.test',
  'system.gitHosts',
  'system.allowGitHosts',
];

/** About the caller's own: someone else's does not exist. */
const ownOnly = ['conversation.withdrawProposal', 'identity.endDevice', 'sharing.leave', 'tokens.revoke'];

/** What a guest of one session does in it; the first three concern themselves. */
const guestsOwn = ['sharing.knock', 'sharing.leave', 'sharing.standing'];
const guestMay = [
  ...guestsOwn,
  'comments.list',
  'comments.markRead',
  'comments.thread',
  'conversation.image',
  'events.blob',
  'events.list',
  'events.watch',
  'files.change',
  'files.changes',
  'files.list',
  'files.open',
  'files.read',
  'rooms.authors',
  'rooms.ticket',
  'runs.file',
  'sessions.get',
  'sessions.markRead',
  'sessions.search',
  'suggestions.file',
  'suggestions.get',
  'suggestions.list',
];

/** The same for those who may edit, which includes to comment. */
const editingGuestMay = [
  'comments.moveAnchor',
  'comments.people',
  'comments.reply',
  'comments.resolve',
  'comments.start',
  'conversation.propose',
  'conversation.withdrawProposal',
  'files.create',
  'files.delete',
  'files.discard',
  'files.rename',
  'files.restore',
];

/** Writes that need no more than to view, or concern the caller alone. */
const viewerMayWrite = [
  'comments.markRead',
  'comments.moveAnchor',
  'comments.reply',
  'comments.resolve',
  'comments.start',
  'conversation.propose',
  'files.open',
  'guard.try',
  'identity.changePassword',
  'identity.endOtherDevices',
  'identity.updateProfile',
  'rooms.ticket',
  'sessions.markRead',
  'tokens.create',
  'issueTicket',
  'openFile',
  'proposePrompt',
  'replyToComment',
  'resolveComment',
  'startComment',
  'withdrawProposal',
];

/** Reads that need more than to view. */
const viewerMayNotRead = [
  'audit.list',
  'budgets.preview',
  'commits.propose',
  'conversation.preview',
  'dlp.rules',
  'members.invitations',
  'policies.check',
  'policies.consequence',
  'policies.try',
  'policies.version',
  'policies.versions',
  'listAudit',
  'listInvitations',
  'proposeCommit',
];

/** What a limited project hides, by the name of the field. */
const inProject = [
  'agentThreadId',
  'blobId',
  'checkpointId',
  'commentId',
  'decisionId',
  'guestId',
  'imageId',
  'linkId',
  'keptId',
  'permissionId',
  'projectId',
  'proposalId',
  'runId',
  'runIds',
  'sessionId',
  'suggestionId',
  'taskId',
  'threadId',
];

const { url: databaseUrl } = await testDatabase();
setDatabaseUrl(databaseUrl);

let http: TestHttp;
let world: World;
let stopRooms: () => void;

beforeAll(async () => {
  http = await startHttp();
  stopRooms = await startEmptyRooms();
  world = await newWorld();
});

afterAll(async () => {
  stopRooms();
  await http.close();
  await closeQueue();
  await closeNotifications();
  await rm(env().dataDir, { recursive: true, force: true });
});

type Procedure = { path: string; type: string; inputs: z.ZodType[] };

/** tRPC keeps a procedure's kind and schemas here; nothing else tells them. */
const procedures: Procedure[] = Object.entries<unknown>(appRouter._def.procedures).map(([path, procedure]) => {
  const { _def } = procedure as { _def: { type: string; inputs: z.ZodType[] } };
  return { path, type: _def.type, inputs: _def.inputs };
});

function inputOf({ path, inputs }: Procedure, resources: Record<string, unknown>): Record<string, unknown> | undefined {
  const [input] = inputs;
  return input && inputFor(input, { where: path, resources });
}

function ask(procedure: Procedure, caller: Caller | undefined, resources = world.resources) {
  const { path, type } = procedure;
  return callProcedure({ url: http.url, path, type, input: inputOf(procedure, resources), cookie: caller?.cookie });
}

const names = (given: Record<string, unknown> | undefined, which: (name: string) => boolean) =>
  Object.keys(given ?? {}).some((name) => name in world.resources && which(name));

describe('every procedure', () => {
  const closed = procedures.filter(({ path }) => !open.includes(path));

  test('the lists of exceptions name what exists', () => {
    const known = [...procedures.map(({ path }) => path), ...restRoutes.map(({ operationId }) => operationId)];
    for (const name of [...open, ...installationOnly, ...ownOnly, ...viewerMayWrite, ...viewerMayNotRead])
      expect(known).toContain(name);
    expect(closed.length).toBeGreaterThan(70);
  });

  test.each(closed)('$path refuses whoever is not signed in, or not any more', async (procedure) => {
    expect((await ask(procedure, undefined)).code).toBe('UNAUTHORIZED');
    expect((await ask(procedure, world.revoked)).code).toBe('UNAUTHORIZED');
  });

  test.each(closed)('$path tells another team’s member nothing', async (procedure) => {
    const real = await ask(procedure, world.stranger);
    if (installationOnly.includes(procedure.path)) expect(real.code).toBe('FORBIDDEN');
    else if (names(inputOf(procedure, world.resources), () => true)) expect(real.code).toBe('NOT_FOUND');
    else return;
    expect(real).toEqual(await ask(procedure, world.stranger, unknownOf(world.resources)));
  });

  test.each(closed)('$path lets a viewer look and no more', async (procedure) => {
    const { path, type } = procedure;
    const { code } = await ask(procedure, world.viewer);
    if (ownOnly.includes(path)) expect(code).toBe('NOT_FOUND');
    else if (installationOnly.includes(path) || viewerMayNotRead.includes(path)) expect(code).toBe('FORBIDDEN');
    else if (type === 'mutation' && !viewerMayWrite.includes(path)) expect(code).toBe('FORBIDDEN');
    else expect(['FORBIDDEN', 'UNAUTHORIZED', 'INTERNAL_SERVER_ERROR']).not.toContain(code);
  });
});

describe('a guest of one session', () => {
  const walked = procedures.filter(({ path }) => !open.includes(path) && !guestsOwn.includes(path));
  const mayNot = ['FORBIDDEN', 'UNAUTHORIZED', 'INTERNAL_SERVER_ERROR'];

  test('[AC27] the lists name what exists', () => {
    const known = procedures.map(({ path }) => path);
    for (const name of [...guestMay, ...editingGuestMay]) expect(known).toContain(name);
  });

  test.each(walked)('[AC27] $path is open to them in that session, or closed', async (procedure) => {
    const { path } = procedure;
    const editor = await ask(procedure, world.guest);
    const looker = await ask(procedure, world.looker);
    if ([...guestMay, ...editingGuestMay].includes(path)) expect(mayNot).not.toContain(editor.code);
    else expect(editor.code).toBe('FORBIDDEN');
    if (guestMay.includes(path)) expect(mayNot).not.toContain(looker.code);
    else expect(looker.code).toBe('FORBIDDEN');
    // What they may read answers them as it answers a member.
    if (guestMay.includes(path) && procedure.type === 'query')
      expect(editor.code).toBe((await ask(procedure, world.viewer)).code);
  });

  test.each(walked)('[AC27] $path tells them of nothing beside it', async (procedure) => {
    const given = inputOf(procedure, world.resources);
    if (!names(given, () => true)) return;
    for (const caller of [world.guest, world.visitor]) {
      const real = await ask(procedure, caller, world.beside);
      expect(['FORBIDDEN', 'NOT_FOUND']).toContain(real.code);
      expect(real).toEqual(await ask(procedure, caller, unknownOf(world.beside)));
    }
  });

  test.each(walked)('[AC27] $path is to one with an account what it is to one without', async (procedure) => {
    const given = inputOf(procedure, world.resources);
    if (!names(given, () => true)) return;
    const { code } = await ask(procedure, world.visitor);
    if ([...guestMay, ...editingGuestMay].includes(procedure.path)) expect(mayNot).not.toContain(code);
    else expect(['FORBIDDEN', 'NOT_FOUND']).toContain(code);
  });
});

function routeCall(route: RestRoute, resources: Record<string, unknown>) {
  const where = `${route.method} ${route.path}`;
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = resources[name] ?? (name === 'hunkId' ? '0123456789abcdef' : undefined);
    if (typeof value !== 'string')
      throw new Error(`${where} names ${name}, of which the walk knows none: add it to the table.`);
    return value;
  });
  const query = route.query ? inputFor(route.query, { where, resources }) : {};
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  const body = route.body && inputFor(route.body, { where, resources, full: route.method === 'PATCH' });
  return {
    method: route.method,
    path: search.size > 0 ? `${path}?${search}` : path,
    body: route.rawBody ? 'no archive' : body && JSON.stringify(body),
    named: [...path.split('/'), ...search.values(), ...Object.values(body ?? {})],
  };
}

function askRoute(route: RestRoute, caller: Caller | undefined, resources = world.resources) {
  return callRoute(http.url, { ...routeCall(route, resources), token: caller?.token });
}

const namesOne = (route: RestRoute, which: (name: string) => boolean = () => true) => {
  const { named } = routeCall(route, world.resources);
  return Object.entries(world.resources).some(([name, value]) => which(name) && named.includes(value));
};

describe('every route', () => {
  const routes = restRoutes.map((route) => ({ name: route.operationId, route }));

  test.each(routes)('$name refuses whoever has no token, or not any more', async ({ route }) => {
    expect((await askRoute(route, undefined)).status).toBe(401);
    expect((await askRoute(route, world.revoked)).status).toBe(401);
  });

  test.each(routes)('$name tells another team’s member nothing', async ({ route }) => {
    if (!namesOne(route)) return;
    const real = await askRoute(route, world.stranger);
    expect(real.status).toBe(404);
    expect(real).toEqual(await askRoute(route, world.stranger, unknownOf(world.resources)));
  });

  test.each(routes)('[AC27] $name is nothing to the token of someone who is a guest', async ({ route }) => {
    if (namesOne(route)) expect((await askRoute(route, world.visitor)).status).toBe(404);
  });

  test.each(routes)('$name lets a viewer look and no more', async ({ name, route }) => {
    const { status } = await askRoute(route, world.viewer);
    const isRefused = route.method === 'GET' ? viewerMayNotRead.includes(name) : !viewerMayWrite.includes(name);
    if (isRefused) expect(status).toBe(403);
    else expect([401, 403, 500]).not.toContain(status);
  });

  test.each(routes)('$name does no more than read for a token that may only read', async ({ name, route }) => {
    const { status } = await askRoute(route, world.reader);
    const needsMore = ['listInvitations', 'listAudit', 'proposeCommit'].includes(name);
    const needsLess = ['issueTicket', 'openFile'].includes(name);
    if (route.method === 'GET' ? needsMore : !needsLess) expect(status).toBe(403);
    else expect([401, 403, 500]).not.toContain(status);
  });
});

describe('a project that is limited to others', () => {
  const isHidden = (name: string) => inProject.includes(name);

  beforeAll(async () => {
    await db().update(schema.project).set({ isRestricted: true }).where(eq(schema.project.id, world.projectId));
  });

  test.each(procedures.filter(({ path }) => !open.includes(path)))('$path does not know it', async (procedure) => {
    if (!names(inputOf(procedure, world.resources), isHidden)) return;
    const real = await ask(procedure, world.developer);
    expect(real.code).toBe('NOT_FOUND');
    expect(real).toEqual(await ask(procedure, world.developer, unknownOf(world.resources, isHidden)));
  });

  test.each(restRoutes.map((route) => ({ name: route.operationId, route })))(
    '$name does not know it',
    async ({ route }) => {
      if (!namesOne(route, isHidden)) return;
      const real = await askRoute(route, world.developer);
      expect(real.status).toBe(404);
      expect(real).toEqual(await askRoute(route, world.developer, unknownOf(world.resources, isHidden)));
    },
  );
});
