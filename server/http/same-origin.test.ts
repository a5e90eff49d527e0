import { describe, expect, it } from 'vitest';
import { sameOrigin } from './same-origin.ts';

const ours = 'https://ensemble.example.com';
const host = 'ensemble.example.com';

const table: [string, { method: string; headers: Record<string, string> }, boolean][] = [
  ['our page writes', { method: 'POST', headers: { host, origin: ours, 'sec-fetch-site': 'same-origin' } }, true],
  ['our page writes over plain http', { method: 'POST', headers: { host, origin: `http://${host}` } }, true],
  ['another site writes', { method: 'POST', headers: { host, origin: 'https://evil.example' } }, false],
  [
    'another site writes, newer browser',
    { method: 'POST', headers: { host, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } },
    false,
  ],
  [
    'a sibling host writes',
    { method: 'POST', headers: { host, origin: 'https://other.example.com', 'sec-fetch-site': 'same-site' } },
    false,
  ],
  [
    'another port of the host writes',
    { method: 'POST', headers: { host: 'localhost:3000', origin: 'http://localhost:4000' } },
    false,
  ],
  ['a sandboxed frame writes', { method: 'POST', headers: { host, origin: 'null' } }, false],
  ['a write that names no source', { method: 'POST', headers: { host } }, false],
  ['a write typed into the address bar', { method: 'POST', headers: { host, 'sec-fetch-site': 'none' } }, false],
  ['a stream read by our page', { method: 'GET', headers: { host, 'sec-fetch-site': 'same-origin' } }, true],
  ['a stream read by another site', { method: 'GET', headers: { host, 'sec-fetch-site': 'cross-site' } }, false],
  ['a read from the address bar', { method: 'GET', headers: { host, 'sec-fetch-site': 'none' } }, true],
  ['a read that names another origin', { method: 'GET', headers: { host, origin: 'https://evil.example' } }, false],
  ['a read by a program', { method: 'GET', headers: { host } }, true],
  [
    'a page visited under another name of this machine',
    { method: 'POST', headers: { host: 'localhost:3000', origin: 'http://localhost:3000' } },
    true,
  ],
  ['a proxy that rewrites the host', { method: 'POST', headers: { host: '127.0.0.1:3000', origin: ours } }, true],
];

describe('sameOrigin', () => {
  it.each(table)('[AC20] %s', (_name, req, allowed) => {
    expect(sameOrigin(req, ours)).toBe(allowed);
  });
});
