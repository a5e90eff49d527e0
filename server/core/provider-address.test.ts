import { expect, test } from 'vitest';
import { parseProviderAddress } from './provider-address.ts';

test.each([
  ['https://api.example.com/v1/', 'https://api.example.com/v1'],
  [' http://127.0.0.1:11434/v1 ', 'http://127.0.0.1:11434/v1'],
  ['https://API.Example.com', 'https://api.example.com'],
  ['http://[::1]:8000/v1', 'http://[::1]:8000/v1'],
])('[GW71] %j is stored as %s', (text, url) => {
  expect(parseProviderAddress(text)).toEqual({ url });
});

test.each([
  '',
  'api.example.com',
  'ftp://example.com',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'https://user@example.com',
  'https://user:pass@example.com/v1',
  'https://example.com/v1?key=abc',
  'https://example.com/v1#x',
])('[GW71] %j is refused with what to do', (text) => {
  expect(parseProviderAddress(text)).toEqual({ problem: expect.stringMatching(/\. \S.*\.$|….$/) });
});
