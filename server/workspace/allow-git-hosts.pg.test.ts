import { expect, it } from 'vitest';
import { testDatabase } from '../../db/testing.ts';
import { auditOf, newPerson } from '../auth/testing.ts';
import { privateGitHosts, privateGitHostsSetting } from './address-policy.ts';
import { allowGitHosts, listAllowedGitHosts } from './allow-git-hosts.ts';

await testDatabase();
const root = await newPerson('root', { installationAdmin: true });
const ana = await newPerson('ana');

it('an installation admin replaces the list, which the address policy then knows', async () => {
  await allowGitHosts(root.ctx, { hosts: ['Git.Example.LAN', '10.0.0.5:8443', 'git.example.lan'] });
  expect(await listAllowedGitHosts(root.ctx)).toEqual(['10.0.0.5:8443', 'git.example.lan']);
  await allowGitHosts(root.ctx, { hosts: ['git.example.lan'] });
  expect(await privateGitHosts(root.ctx)).toEqual(new Set(['git.example.lan']));
  const entries = await auditOf('installation_setting', privateGitHostsSetting);
  expect(entries.at(-1)).toMatchObject({ action: 'git-hosts.allow', detail: { after: { hosts: 'git.example.lan' } } });
});

it.each(['http://git.example.lan', 'a b', '-oProxyCommand=x', '', 'git.example.lan/x'])(
  '%j is no host',
  async (host) => {
    await expect(allowGitHosts(root.ctx, { hosts: [host] })).rejects.toThrow();
  },
);

it('others may neither read nor change the list', async () => {
  await expect(listAllowedGitHosts(ana.ctx)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(allowGitHosts(ana.ctx, { hosts: [] })).rejects.toMatchObject({ code: 'forbidden' });
});
