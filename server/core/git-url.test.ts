import { expect, test } from 'vitest';
import { parseGitUrl } from './git-url.ts';

test.each([
  ['https://host.example/owner/repo.git', 'https', 'host.example', 443],
  ['https://host.example:8443/r', 'https', 'host.example', 8443],
  ['ssh://git@host.example/owner/repo.git', 'ssh', 'host.example', 22],
  ['git@host.example:owner/repo.git', 'ssh', 'host.example', 22],
  ['http://git.internal/repo', 'http', 'git.internal', 80],
  ['https://[2001:db8::1]/repo', 'https', '2001:db8::1', 443],
])('[PR3] %s is read', (text, protocol, host, port) => {
  expect(parseGitUrl(text)).toMatchObject({ protocol, host, port });
});

test.each([
  [''],
  ['nonsense'],
  ['/etc/passwd'],
  ['file:///etc'],
  ['git://host.example/repo'],
  ['ext::sh -c id'],
  ['ext://sh'],
  ['https://user:secret@host.example/repo'],
  ['https://user@host.example/repo'],
  ['https://host.example'],
  ['https://host.example/'],
  ['https://host.example/repo?x=1'],
  ['https://host.example/a b'],
  ['ssh://-oProxyCommand=id/repo'],
  ['ssh://-x@host.example/repo'],
  ['-oProxyCommand=id:repo'],
  ['host.example:-upload-pack'],
  ['https:///repo'],
])('[PR3] %j is refused with the reason', (text) => {
  expect(parseGitUrl(text)).toHaveProperty('problem');
});
