import type { ReachedRemote } from '../action-reach.ts';
import { parseGitUrl } from '../git-url.ts';
import { HOLE, type Interpreted, type SimpleCommand, type Word } from './interpreted.ts';
import { literal } from './options.ts';
import { isLocal } from './rules/egress.ts';
import { deletesOnRemote, pushedBranches, pushesByForce } from './rules/git-history.ts';
import { readGit, type GitCall } from './rules/git-words.ts';
import { clientsByWord, readCall } from './rules/http-calls.ts';
import type { GuardFacts } from './verdict.ts';

/** The remotes that a program would push to, fetch from or change, with their hosts as far as they are known. */
export function touchedRemotes(
  { commands }: Interpreted,
  facts: GuardFacts,
  addressOf: (name: string) => string | undefined,
): ReachedRemote[] {
  /** What the program itself says of a remote counts from there on. */
  const named = new Map<string, string>();
  const found: ReachedRemote[] = [];
  for (const command of commands) {
    const call = readGit(command);
    const remote = call && remoteOf(call, facts, named);
    if (!remote) continue;
    const host = remote.host ?? hostOfGit(named.get(remote.name) ?? addressOf(remote.name) ?? '');
    found.push({ ...remote, ...(host !== undefined && { host }) });
  }
  return found;
}

function remoteOf(call: GitCall, facts: GuardFacts, named: Map<string, string>): ReachedRemote | undefined {
  const { operands } = call.options;
  switch (call.verb) {
    case 'push':
      return pushedTo(call, facts);
    case 'remote':
      return changedRemote(call, named);
    case 'clone':
      return operands[0] && remoteAt(operands[0], { how: 'fetch', branches: [] });
    case 'ls-remote':
      return remoteAt(operands[0], { how: 'fetch', branches: [] });
    case 'fetch':
    case 'pull':
      return remoteAt(operands[0], {
        how: 'fetch',
        branches: operands.slice(1).flatMap((word) => literal(word) ?? []),
      });
    default:
      return undefined;
  }
}

function pushedTo(call: GitCall, facts: GuardFacts): ReachedRemote | undefined {
  const { options } = call;
  if (options.has('n', 'dry-run')) return undefined;
  const how = deletesOnRemote(call) ? 'delete' : pushesByForce(call) ? 'force' : 'push';
  return remoteAt(options.operands[0] ?? options.values('repo')[0], { how, branches: branchesOf(call, facts) });
}

function branchesOf(call: GitCall, { branch }: GuardFacts): string[] {
  if (call.options.has('all', 'branches', 'mirror')) return ['(all)'];
  const known = pushedBranches(call, branch).filter((name) => name !== '' && !name.includes(HOLE));
  return [...new Set(known.map((name) => (name === 'HEAD' ? (branch ?? name) : name)))];
}

/** Without a name git takes `origin`. */
function remoteAt(word: Word | undefined, of: Pick<ReachedRemote, 'how' | 'branches'>): ReachedRemote | undefined {
  const text = word === undefined ? 'origin' : literal(word);
  if (text === undefined || text === '') return undefined;
  const host = hostOfGit(text);
  if (host !== undefined) return { ...of, name: host, host };
  // A folder of this machine, or a name.
  return { ...of, name: text };
}

function changedRemote({ options }: GitCall, named: Map<string, string>): ReachedRemote | undefined {
  const [verb, name, address] = options.operands.map((word) => literal(word));
  if (name === undefined || !['add', 'set-url', 'remove', 'rm', 'rename'].includes(verb ?? '')) return undefined;
  if ((verb === 'add' || verb === 'set-url') && address !== undefined) named.set(name, address);
  return { how: 'change', name, branches: [] };
}

function hostOfGit(address: string): string | undefined {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(address)) return URL.parse(address)?.host || undefined;
  const read = parseGitUrl(address);
  return 'host' in read ? read.host : undefined;
}

/** The addresses of remotes in the text of a repository's configuration. */
export function remoteAddresses(config: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let remote: string | undefined;
  for (const line of config.split('\n')) {
    if (/^\s*\[/.test(line)) remote = /^\s*\[remote "([^"\\]+)"\]/.exec(line)?.[1];
    const address = /^\s*(?:push)?url\s*=\s*(\S+)/i.exec(line)?.[1];
    if (remote !== undefined && address !== undefined) found.set(remote, address);
  }
  return found;
}

/** Hosts that a program would speak to, where its words say so. */
export function touchedHosts({ commands }: Interpreted): string[] {
  return [...new Set(commands.flatMap(hostsOf))];
}

function hostsOf(command: SimpleCommand): string[] {
  const { name, args } = command;
  if (name === 'curl' || name === 'wget' || clientsByWord.has(name))
    return (readCall(command)?.address ?? '').split(' ').flatMap(hostOfAddress);
  if (name === 'scp' || name === 'rsync' || name === 'sftp')
    return args.flatMap(({ text }) => /^(?:[\w.-]+@)?([\w-]+(?:\.[\w-]+)+):/.exec(text)?.[1] ?? []);
  return [];
}

function hostOfAddress(text: string): string[] {
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (text === '' || isLocal(text) || /[\0\s]/.test(authorityOf(full))) return [];
  const host = URL.parse(full.replaceAll(HOLE, 'x'))?.host;
  return host ? [host] : [];
}

const authorityOf = (address: string) => /^[^:]+:\/\/([^/?#]*)/.exec(address)?.[1] ?? '';
