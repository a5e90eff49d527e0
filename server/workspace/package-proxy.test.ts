import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPackageProxy, type PackageProxy } from './package-proxy.ts';

let folder = '';
let proxy: PackageProxy;
const refused: string[] = [];
const answers: Record<string, string[]> = {
  'loop.example': ['127.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'mixed.example': ['93.184.216.34', '10.0.0.1'],
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ens-proxy-'));
  proxy = await startPackageProxy(path.join(folder, 'p.sock'), {
    hosts: new Set([...Object.keys(answers), 'unknown.example']),
    resolve: async (host) => answers[host] ?? Promise.reject(new Error('ENOTFOUND')),
    onRefused: (host) => refused.push(host),
  });
});

afterAll(async () => {
  await proxy.stop();
  await rm(folder, { recursive: true });
});

const connect = (target: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const request = http.request({ socketPath: proxy.socketPath, method: 'CONNECT', path: target });
    request.once('connect', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode);
    });
    request.once('error', reject).end();
  });

test.each([
  ['example.com:443', 403],
  ['loop.example:22', 403],
  ['sub.loop.example:443', 403],
  ['127.0.0.1:443', 403],
  ['nonsense', 403],
  ['loop.example:443', 502],
  ['metadata.example:443', 502],
  ['mixed.example:443', 502],
  ['LOOP.example.:443', 502],
  ['unknown.example:443', 502],
])('[PR34] a tunnel to %s is answered with %i', async (target, status) => {
  expect(await connect(target)).toBe(status);
});

test('[PR34] a plain request is refused, and who was refused is told', async () => {
  const status = await new Promise((resolve, reject) => {
    http
      .get({ socketPath: proxy.socketPath, path: 'http://loop.example/' }, (response) => resolve(response.statusCode))
      .once('error', reject);
  });
  expect(status).toBe(403);
  expect(refused).toContain('example.com');
});
