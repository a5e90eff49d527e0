/** The address of a git repository on another server, taken apart. `path` has no slash in front for the scp-like form. */
export type GitUrl = {
  protocol: 'https' | 'http' | 'ssh';
  host: string;
  port: number;
  user: string | undefined;
  url: string;
};

export type GitUrlProblem = { problem: string };

const scpLike = /^(?:(?<user>[A-Za-z0-9._-]+)@)?(?<host>[A-Za-z0-9.-]+):(?<path>[^\s:][^\s]*)$/;

/** Reads the address of a repository: `https://host/path`, `ssh://user@host/path` or `user@host:path`. */
export function parseGitUrl(text: string): GitUrl | GitUrlProblem {
  const trimmed = text.trim();
  if (trimmed === '') return { problem: 'The address is empty. Enter one like https://host/owner/repository.git.' };
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\s\u0000-\u001f\u007f]/.test(trimmed))
    return { problem: 'The address contains spaces or control characters. Remove them.' };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) return parseScpLike(trimmed);
  if (!URL.canParse(trimmed))
    return { problem: 'The address is not complete. Enter one like https://host/owner/repository.git.' };
  return parseFullUrl(new URL(trimmed));
}

function parseScpLike(text: string): GitUrl | GitUrlProblem {
  const groups = scpLike.exec(text)?.groups;
  const host = groups?.['host'];
  const path = groups?.['path'];
  const user = groups?.['user'];
  if (!host || !path || host.startsWith('-') || host.startsWith('.') || path.startsWith('-'))
    return { problem: 'This is not an address of a git repository. Enter one like https://host/owner/repository.git.' };
  const url = `ssh://${user ? `${user}@` : ''}${host.toLowerCase()}/${path.replace(/^\/+/, '')}`;
  return { protocol: 'ssh', host: host.toLowerCase(), port: 22, user, url };
}

const defaultPorts = { https: 443, http: 80, ssh: 22 } as const;

function parseFullUrl(url: URL): GitUrl | GitUrlProblem {
  const protocol = url.protocol.slice(0, -1);
  if (protocol !== 'https' && protocol !== 'http' && protocol !== 'ssh')
    return { problem: `Addresses that begin with ${protocol}:// are not supported. Use https:// or ssh://.` };
  const problem = userProblem(url) ?? placeProblem(url);
  if (problem !== undefined) return { problem };
  return {
    protocol,
    host: url.hostname.toLowerCase().replace(/^\[|\]$/g, ''),
    port: url.port === '' ? defaultPorts[protocol] : Number(url.port),
    user: url.username === '' ? undefined : url.username,
    url: url.toString(),
  };
}

function userProblem(url: URL): string | undefined {
  if (url.password !== '')
    return 'The address contains a password. Remove it and enter it as the credential, where it is stored sealed.';
  if (url.username === '') return undefined;
  if (url.protocol !== 'ssh:') return 'The address contains a user name. Remove it and enter it as the credential.';
  return /^[A-Za-z0-9._][A-Za-z0-9._-]*$/.test(url.username)
    ? undefined
    : 'The user name in the address contains characters that are not allowed.';
}

function placeProblem(url: URL): string | undefined {
  if (url.hash !== '' || url.search !== '') return 'The address has a part after "?" or "#". Remove it.';
  if (url.hostname === '' || url.hostname.startsWith('-')) return 'The address names no host.';
  if (url.pathname === '' || url.pathname === '/') return 'The address names a host but no repository on it.';
  return undefined;
}
