import { AppError, type ErrorCode } from '../core/errors.ts';

const secretInUrl = /(\w+:\/\/)[^/\s@]+@/g;

/** What git printed, in the order of precedence, and what it means to a person. */
const causes: readonly (readonly [pattern: RegExp, code: ErrorCode, message: string])[] = [
  [
    /no space left on device|disk quota exceeded/i,
    'unavailable',
    'There is no space left on the server. Free some space, then try again.',
  ],
  [
    /pack exceeds maximum allowed size|file too large/i,
    'too_large',
    'The repository is larger than allowed. Import a smaller one, or ask an administrator to raise the limit.',
  ],
  [
    /authentication failed|could not read (username|password)|http basic: access denied|permission denied \(|returned error: (401|403)|invalid credentials/i,
    'forbidden',
    'The other server refused the sign-in. Check the credential and that it may read the repository.',
  ],
  [
    /could not resolve host|name or service not known|temporary failure in name resolution/i,
    'unavailable',
    'The host of the address is unknown. Check the address for typing errors.',
  ],
  [
    /connection refused|connection timed out|failed to connect|network is unreachable|no route to host|couldn't connect|could not connect/i,
    'unavailable',
    'The other server cannot be reached. Check the address and that this server may connect to it.',
  ],
  [
    /host key verification failed|remote host identification has changed/i,
    'forbidden',
    'The other server’s host key is not the one known from before. Ask an administrator to check it.',
  ],
  [
    /ssl|certificate|tls/i,
    'unavailable',
    'No secure connection to the other server was possible. Check its certificate.',
  ],
  [
    /returned error: 30[12378]/i,
    'not_found',
    'The server sends on to another address, which is not followed. Enter the address that it sends to.',
  ],
  [
    /repository not found|does not appear to be a git repository|not a git repository|not found|returned error: 404|unable to update url base from redirection/i,
    'not_found',
    'There is no git repository at this address that can be read. Check the address, and give a credential when the repository is private.',
  ],
  [
    /mismatched algorithms/i,
    'unsupported',
    'The repository uses SHA-256 object names, which are not supported. Convert it to SHA-1 first.',
  ],
  [
    /shallow update not allowed|shallow/i,
    'invalid',
    'The repository is a shallow clone without its whole history. Import it from where the whole history is.',
  ],
  [/couldn't find remote ref/i, 'not_found', 'The other repository has no such branch. Choose another branch.'],
  [
    /\[rejected\]|non-fast-forward|fetch first|stale info/i,
    'conflict',
    'The branch has moved in the other repository. Bring its changes in first, then push again.',
  ],
  [
    /remote rejected|pre-receive hook declined|protected branch/i,
    'forbidden',
    'The other server refused the push. It may protect the branch.',
  ],
  [
    /unable to access|early eof|hung up unexpectedly|rpc failed|empty reply|recv failure/i,
    'unavailable',
    'The other server ended the connection. Try again in a moment.',
  ],
  [
    /fsck|bad object|invalid index-pack|pack has bad|corrupt|missing (blob|tree|commit)|did not receive expected object|unresolved deltas/i,
    'invalid',
    'The repository’s contents are damaged. Run git fsck on it and repair it, then try again.',
  ],
];

/** What git printed, without names and passwords of addresses, short enough for a log. */
export function cleanGitOutput(stderr: string): string {
  return stderr.replace(secretInUrl, '$1').trim().slice(-2000);
}

/** A failure of talking to another repository as a refusal in words; undefined when git's message is not a known one. */
export function explainGitFailure(stderr: string): AppError | undefined {
  const found = causes.find(([pattern]) => pattern.test(stderr));
  return found && new AppError(found[1], found[2], { cause: new Error(cleanGitOutput(stderr)) });
}
