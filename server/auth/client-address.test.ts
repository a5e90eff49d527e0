import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

const from = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as Pick<
    IncomingMessage,
    'headers' | 'socket'
  >;

const publicUrl = 'https://e.example.com';

it.each([
  ['a client cannot choose its address', from('203.0.113.9', '10.0.0.1'), '203.0.113.9'],
  ['a proxy on this machine tells it', from('127.0.0.1', '198.51.100.7'), '198.51.100.7'],
  ['only what the proxy itself wrote counts', from('::ffff:127.0.0.1', '1.1.1.1, 198.51.100.7'), '198.51.100.7'],
  ['a proxy that tells nothing', from('127.0.0.1'), '127.0.0.1'],
])('[AC9] %s', (_name, req, expected) => {
  expect(clientAddress(req, publicUrl)).toBe(expected);
});

it('[AC9] without a public address there is no proxy', () => {
  expect(clientAddress(from('127.0.0.1', '198.51.100.7'), 'http://127.0.0.1:3000')).toBe('127.0.0.1');
});
