import { expect, test } from 'vitest';
import { addressKind, allowGitUrl } from './address-policy.ts';

test.each([
  ['93.184.216.34', 'public'],
  ['2606:2800:220:1::1', 'public'],
  ['127.0.0.1', 'private'],
  ['127.255.255.254', 'private'],
  ['0.0.0.0', 'private'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.32.0.1', 'public'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['198.18.0.1', 'private'],
  ['224.0.0.1', 'private'],
  ['255.255.255.255', 'private'],
  ['169.254.169.254', 'link-local'],
  ['::1', 'private'],
  ['::', 'private'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['fd00::1', 'private'],
  ['ff02::1', 'private'],
  ['::ffff:127.0.0.1', 'private'],
  ['::ffff:169.254.169.254', 'link-local'],
  ['::ffff:93.184.216.34', 'public'],
  ['64:ff9b::a9fe:a9fe', 'link-local'],
  ['64:ff9b::7f00:1', 'private'],
  ['2002:7f00:1::', 'private'],
  ['::ffff:0:7f00:1', 'private'],
  ['64:ff9b:1::7f00:1', 'private'],
  ['nonsense', 'private'],
] as const)('[PR4] %s is %s', (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});

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
