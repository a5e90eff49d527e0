import { afterAll, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { auditOf, newPerson } from '../../auth/testing.ts';
import { closeQueue } from '../../jobs/queue.ts';
import { env } from '../../platform/env.ts';
import { newStaffedTeam } from '../../workspace/testing.ts';
import { addMcpServer } from './add-mcp-server.ts';
import { changeMcpServer, removeMcpServer, tryMcpServer } from './change-mcp-server.ts';
import { mcpVariablesOf } from './mcp-server-input.ts';
import { listMcpServers } from './queries.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const root = await newPerson('root', { installationAdmin: true });
const team = await newStaffedTeam('Alpha');
afterAll(closeQueue);

const integrity = `sha512-${'A'.repeat(86)}==`;
const docs = {
  name: 'docs',
  identity: { kind: 'package' as const, package: '@acme/docs', version: '1.2.3', integrity },
  env: { DOCS_TOKEN: 'very secret words' },
};

test('[AG117] only installation admins see and change the list', async () => {
  const forbidden = expect.objectContaining({ code: 'forbidden' }) as Error;
  for (const { ctx } of [team.admin, team.developer]) {
    await expect(listMcpServers(ctx)).rejects.toEqual(forbidden);
    await expect(addMcpServer(ctx, docs)).rejects.toEqual(forbidden);
    await expect(changeMcpServer(ctx, { mcpServerId: 'mcp_x', version: 1, ...docs })).rejects.toEqual(forbidden);
    await expect(tryMcpServer(ctx, { mcpServerId: 'mcp_x' })).rejects.toEqual(forbidden);
    await expect(removeMcpServer(ctx, { mcpServerId: 'mcp_x' })).rejects.toEqual(forbidden);
  }
});

test('[AG117] each change is in the audit log, and no value of a variable is', async () => {
  const { mcpServerId } = await addMcpServer(root.ctx, docs);
  await expect(addMcpServer(root.ctx, docs)).rejects.toMatchObject({ code: 'conflict' });
  const change = { mcpServerId, version: 1, identity: docs.identity, readTools: ['search'] };
  await changeMcpServer(root.ctx, change);
  await expect(changeMcpServer(root.ctx, change)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('since you looked at it') as string,
  });
  const [listed] = await listMcpServers(root.ctx);
  expect(listed).toMatchObject({ name: 'docs', envNames: ['DOCS_TOKEN'], readTools: ['search'], version: 2 });
  expect(listed).toMatchObject({ change: { state: 'waiting' }, tools: null });
  expect(JSON.stringify(listed)).not.toContain('very secret');
  const [row] = await db.select().from(schema.mcpServer);
  expect(row?.envSealed).not.toContain('very secret');
  // Left out of the change, they stay.
  expect(row && mcpVariablesOf(row)).toEqual(docs.env);
  await tryMcpServer(root.ctx, { mcpServerId });
  await removeMcpServer(root.ctx, { mcpServerId });
  expect(await listMcpServers(root.ctx)).toEqual([]);
  const entries = await auditOf('mcp_server', mcpServerId);
  expect(entries.map(({ action }) => action)).toEqual([
    'mcp_server.add',
    'mcp_server.change',
    'mcp_server.try',
    'mcp_server.remove',
  ]);
  expect(entries[0]).toMatchObject({ actorId: root.personId, teamId: null });
  expect(JSON.stringify(entries)).not.toContain('very secret');
});

test.each([
  ['a version that is no one version', { ...docs.identity, version: '^1.0.0' }],
  ['no bytes to compare with', { ...docs.identity, integrity: '' }],
  ['a package by an address', { ...docs.identity, package: 'https://evil.example/x.tgz' }],
  ['a program without its whole path', { kind: 'program' as const, program: 'node' }],
  ['the data folder', { kind: 'program' as const, program: '/opt/mcp/docs/x', folder: env().dataDir }],
])('[AG111] an identity with %s is refused', async (_what, identity) => {
  const given = identity as typeof docs.identity;
  await expect(addMcpServer(root.ctx, { ...docs, name: 'other', identity: given })).rejects.toThrow();
  expect(await listMcpServers(root.ctx)).toEqual([]);
});
