import { expect, test } from 'vitest';
import { allowGitUrl } from './address-policy.ts';

const none = new Set<string>();
const resolvesTo = (...addresses: string[]) => ({ privateHosts: none, resolve: async () => addresses });

test('[PR4] a public host is allowed and its address pinned', async () => {
  const allowed = await allowGitUrl('https://host.example/r.git', resolvesTo('93.184.216.34'));
  expect(allowed).toMatchObject({ host: 'host.example', address: '93.184.216.34' });
});

test.each([
  ['https://127.0.0.1/r.git'],
  ['https://2130706433/r.git'],
  ['https://0x7f.1/r.git'],
  ['https://[::1]/r.git'],
  ['https://[::ffff:10.0.0.1]/r.git'],
  ['ssh://git@169.254.169.254/r.git'],
  ['http://93.184.216.34/r.git'],
])('[PR4] %s is refused by policy', async (url) => {
  await expect(allowGitUrl(url, { privateHosts: none })).rejects.toMatchObject({ code: 'forbidden' });
});

test('[PR4] one private address among public ones is enough to refuse', async () => {
  await expect(allowGitUrl('https://host.example/r', resolvesTo('93.184.216.34', '10.0.0.1'))).rejects.toMatchObject({
    code: 'forbidden',
  });
});

test('[PR5] a host that an admin listed may be private, with or without encryption', async () => {
  const policy = { privateHosts: new Set(['git.internal:3000', 'box.internal']), resolve: async () => ['10.0.0.1'] };
  await expect(allowGitUrl('http://git.internal:3000/r', policy)).resolves.toMatchObject({ address: '10.0.0.1' });
  await expect(allowGitUrl('https://box.internal/r', policy)).resolves.toMatchObject({ address: '10.0.0.1' });
  await expect(allowGitUrl('https://git.internal:3001/r', policy)).rejects.toMatchObject({ code: 'forbidden' });
});

test('[PR5] a link-local address is refused even when its host is listed', async () => {
  const policy = { privateHosts: new Set(['metadata.internal']), resolve: async () => ['169.254.169.254'] };
  await expect(allowGitUrl('https://metadata.internal/r', policy)).rejects.toMatchObject({ code: 'forbidden' });
});

test('an unknown host is named', async () => {
  const resolve = async () => Promise.reject(new Error('ENOTFOUND'));
  await expect(allowGitUrl('https://nowhere.example/r', { privateHosts: none, resolve })).rejects.toThrow(
    'The host nowhere.example is unknown',
  );
});
