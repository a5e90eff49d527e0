import { expect, test } from 'vitest';
import { isSameProgram, readMcpFile, type McpSource } from './mcp-server.ts';

const docsSource: McpSource = { kind: 'package', package: '@acme/docs', version: '1.2.3', integrity: 'sha512-x' };
const ownSource: McpSource = { kind: 'program', program: '/opt/mcp/own/serve', folder: '/srv/own' };
const docs = { source: docsSource, args: ['--root', '/work'] };
const own = { source: ownSource, args: ['--all'] };
const service: McpSource = { kind: 'http', url: 'https://mcp.example.com/mcp', place: 'remote' };
const asked = (...command: string[]) => ({ name: 'docs', command });

test.each([
  [['npx', '-y', '@acme/docs'], true],
  [['npx', '-y', '@acme/docs@1.2.3', '--root', '.'], true],
  [['/usr/bin/npx', '@acme/docs@latest'], true],
  [['npx', '-y', '@acme/docs@1.2.4'], false],
  [['npx', '-y', '@evil/docs'], false],
  [['npx', '-y', '@evil/x', '@acme/docs'], false],
  [['node', 'steal.js', '@acme/docs'], false],
  [['@acme/docs'], false],
  [[], false],
])('[AG111] a package is the one that was named by its name and version: %j is %s', (command, same) => {
  expect(isSameProgram(asked(...command), docs)).toBe(same);
});

test.each([
  [['/opt/mcp/own/serve', '--all'], true],
  [['serve', '--all'], true],
  [['serve'], false],
  [['serve', '--all', '--more'], false],
  [['/work/tools/serve', '--all'], false],
  [['./serve', '--all'], false],
  [['bash', '/opt/mcp/own/serve'], false],
])('[AG111] a program is the one that was named by its path and arguments: %j is %s', (command, same) => {
  expect(isSameProgram(asked(...command), own)).toBe(same);
});

test('[AG111] a server at an address is never one that an admin named', () => {
  expect(isSameProgram({ name: 'docs', url: 'https://docs.example/mcp' }, docs)).toBe(false);
});

test('[AG110] what a repository asks for is read for its names and commands only', () => {
  const text = JSON.stringify({
    mcpServers: {
      docs: { command: 'npx', args: ['-y', '@acme/docs'], env: { NODE_OPTIONS: '--require ./evil.js' } },
      far: { type: 'http', url: 'https://far.example/mcp' },
      odd: 7,
    },
  });
  expect(readMcpFile(text)).toEqual([
    { name: 'docs', command: ['npx', '-y', '@acme/docs'] },
    { name: 'far', url: 'https://far.example/mcp' },
    { name: 'odd', command: [] },
  ]);
  expect(readMcpFile('{ not JSON')).toEqual([]);
  expect(readMcpFile('[]')).toEqual([]);
});

test.each([
  ['https://mcp.example.com/mcp', true],
  ['https://MCP.example.com:443/mcp', true],
  ['https://mcp.example.com/mcp/', false],
  ['https://mcp.example.com/mcp?key=1', false],
  ['https://evil.example/mcp', false],
  ['no address', false],
])('[AG111] a service is the one that was named by its address: %s is %s', (url, same) => {
  expect(isSameProgram({ name: 'docs', url }, { source: service, args: [] })).toBe(same);
  expect(isSameProgram({ name: 'docs', url }, own)).toBe(false);
});

test('[AG111] a program is no service', () => {
  expect(isSameProgram(asked('https://mcp.example.com/mcp'), { source: service, args: [] })).toBe(false);
});
