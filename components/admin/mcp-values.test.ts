import { expect, test } from 'vitest';
import { mcpFaults, mcpInputOf, mcpReach, mcpStanding, mcpValuesOf, type McpServer } from './mcp-values.ts';

const server: McpServer = {
  id: 'mcp_1',
  name: 'docs',
  description: '',
  source: { kind: 'package', package: '@acme/docs', version: '1.2.3', integrity: 'sha512-x' },
  args: ['--root', '/work'],
  envNames: ['DOCS_TOKEN'],
  isAlwaysGiven: false,
  teamIds: [],
  projectIds: [],
  readTools: ['search'],
  otherTools: 'ask',
  version: 2,
  tools: null,
  triedAt: null,
  updatedAt: new Date(0),
  change: undefined,
};

test('what is shown of a server is what is saved of it, and its variables stay', () => {
  expect(mcpFaults(mcpValuesOf(server))).toEqual({});
  expect(mcpInputOf(mcpValuesOf(server))).toEqual({
    description: '',
    identity: server.source,
    args: ['--root', '/work'],
    isAlwaysGiven: false,
    teamIds: [],
    projectIds: [],
    readTools: ['search'],
    otherTools: 'ask',
  });
  expect(mcpInputOf({ ...mcpValuesOf(server), variables: 'A=1=2' })).toMatchObject({ env: { A: '1=2' } });
});

test('a service is shown and saved by its address, with headers in place of variables', () => {
  const source = { kind: 'http', url: 'https://mcp.example.com/mcp', place: 'remote' } as const;
  const values = { ...mcpValuesOf({ ...server, source }), variables: 'X-Key=a b' };
  expect(mcpFaults(values)).toEqual({});
  expect(mcpInputOf(values)).toMatchObject({ identity: source, args: [], env: { 'X-Key': 'a b' } });
  expect(Object.keys(mcpFaults({ ...values, url: 'mcp.example.com' }))).toEqual(['url']);
});

test('fields that cannot be saved say why', () => {
  const empty = mcpValuesOf(undefined);
  expect(Object.keys(mcpFaults(empty))).toEqual(['name', 'package', 'version', 'integrity']);
  expect(Object.keys(mcpFaults({ ...empty, name: 'notes', kind: 'program', program: 'node', variables: 'x' }))).toEqual(
    ['program', 'variables'],
  );
});

test('a server says how it stands and who is given it', () => {
  const change = { state: 'failed' as const, progress: null, error: 'No room.' };
  expect(mcpStanding(server).words).toBe('Not tried');
  expect(mcpStanding({ ...server, change }).words).toBe('Does not work');
  expect(mcpStanding({ ...server, tools: [{ name: 'a', description: '', saysReadOnly: true }] }).words).toBe('1 tool');
  expect(mcpReach(server)).toBe('Where a repository asks for it · other tools are asked about · unasked: search');
  expect(mcpReach({ ...server, isAlwaysGiven: true, teamIds: ['t'], readTools: [], otherTools: 'deny' })).toBe(
    'In every run of 1 team · its tools are denied',
  );
});
