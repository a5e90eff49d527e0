/** What to say when npm could not install something, from what it printed. */
export function registryWords(output: string): string {
  const found = reasons.find(({ signs }) => signs.test(output));
  if (found !== undefined) return found.words;
  const last = output.trim().split('\n').slice(-3).join(' ').slice(-500);
  return `npm could not install it: ${last === '' ? 'it gave no reason' : last}`;
}

const reasons: readonly { signs: RegExp; words: string }[] = [
  {
    signs:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|network (request|timeout)|ERR_SOCKET/,
    words:
      'The package registry cannot be reached from the server. Check its network and its npm settings (npm config get registry, npm config get proxy), then install it again.',
  },
  {
    signs: /ETARGET|E404|No matching version/,
    words:
      'The package registry does not have the pinned version. Check which registry npm uses on the server (npm config get registry): a mirror may lack it.',
  },
  {
    signs: /E401|E403|ENEEDAUTH/,
    words:
      'The package registry refused the request. Check the registry and its credentials in the npm settings of the user that runs the server.',
  },
  {
    signs: /ENOSPC/,
    words: 'The disk of the data folder is full. Make room, then install it again.',
  },
  {
    signs: /EINTEGRITY/,
    words:
      'What was downloaded is not what the registry had announced. Empty the package cache (npm cache clean --force), then install it again.',
  },
  {
    signs: /CERT|certificate/,
    words:
      'The certificate of the package registry is not trusted. Set NODE_EXTRA_CA_CERTS for the server, then install it again.',
  },
];
