import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { parseGitUrl, type GitUrl } from '../core/git-url.ts';

/** Which addresses the server connects to on someone's behalf (docs/spec/projects.md, PR4 and PR5). */
export type AddressKind = 'public' | 'private' | 'link-local';

const linkLocal = blockList([
  ['169.254.0.0', 16],
  ['fe80::', 10],
]);

/** What is not reachable from the whole internet, or stands for something else. */
const notPublic = blockList([
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
  ['2001::', 32],
  ['2002::', 16],
]);

/** What IPv6 has given to the internet so far; everything else is local, a tunnel, or a mapping of something. */
const globalIpv6 = blockList([['2000::', 3]]);

function blockList(subnets: readonly (readonly [address: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}

/** The kind of an IP address. IPv4 inside IPv6 (mapped, NAT64) counts as the IPv4 address. What is no address is private. */
export function addressKind(address: string): AddressKind {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain);
  if (family === 0) return 'private';
  if (family === 6) {
    const embedded = embeddedIpv4(plain);
    if (embedded) return addressKind(embedded);
  }
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (linkLocal.check(plain, type)) return 'link-local';
  const isReachable = family === 4 || globalIpv6.check(plain, 'ipv6');
  return isReachable && !notPublic.check(plain, type) ? 'public' : 'private';
}

/** The last 32 bits of ::ffff:0:0/96, ::/96 and 64:ff9b::/96. */
function embeddedIpv4(address: string): string | undefined {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const found = /^(?:::ffff:|64:ff9b::|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (!found?.[1] || !found[2]) return undefined;
  const [high, low] = [Number.parseInt(found[1], 16), Number.parseInt(found[2], 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

export type ResolveHost = (host: string) => Promise<readonly string[]>;

export const resolveHost: ResolveHost = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/** A repository's address that may be connected to, and the IP address to connect to: it is not looked up again. */
export type AllowedGitUrl = GitUrl & { address: string };

/**
 * Looks the host up once and decides. All of a host's addresses must be allowed, so that no answer slips in between.
 * @throws AppError `invalid` for an address that cannot be used, `unavailable` when the host is unknown, `forbidden` by policy
 */
export async function allowGitUrl(
  text: string,
  policy: { privateHosts: ReadonlySet<string>; resolve?: ResolveHost },
): Promise<AllowedGitUrl> {
  const url = parseGitUrl(text);
  if ('problem' in url) throw new AppError('invalid', url.problem);
  const isListed = policy.privateHosts.has(url.host) || policy.privateHosts.has(`${url.host}:${url.port}`);
  if (url.protocol === 'http' && !isListed) {
    throw new AppError(
      'forbidden',
      'Addresses that begin with http:// are not encrypted and only allowed for hosts that an installation admin listed. Use https://.',
    );
  }
  const addresses = isIP(url.host) ? [url.host] : await addressesOf(url.host, policy.resolve ?? resolveHost);
  for (const address of addresses) refuseAddress(url.host, { kind: addressKind(address), isListed });
  const [address] = addresses;
  if (address === undefined) throw unknownHost(url.host);
  return { ...url, address };
}

function refuseAddress(host: string, found: { kind: AddressKind; isListed: boolean }): void {
  if (found.kind === 'link-local')
    throw new AppError(
      'forbidden',
      `${host} leads to a link-local address, which is never connected to. Use another address.`,
    );
  if (found.kind === 'private' && !found.isListed) {
    throw new AppError(
      'forbidden',
      `${host} leads to a private address. An installation admin can allow it under Settings › Git hosts.`,
    );
  }
}

async function addressesOf(host: string, resolve: ResolveHost): Promise<readonly string[]> {
  try {
    return await resolve(host);
  } catch (cause) {
    throw unknownHost(host, cause);
  }
}

const unknownHost = (host: string, cause?: unknown) =>
  new AppError('unavailable', `The host ${host} is unknown. Check the address for typing errors.`, { cause });

/** The name of the installation's setting that lists hosts with private addresses; separated by commas or white space. */
export const privateGitHostsSetting = 'allow_private_git_hosts';

/** The hosts (`host` or `host:port`, lower case) with private addresses that an installation admin allowed. */
export async function privateGitHosts(ctx: Context): Promise<Set<string>> {
  const setting = schema.installationSetting;
  const [row] = await ctx.db
    .select({ value: setting.value })
    .from(setting)
    .where(eq(setting.name, privateGitHostsSetting));
  return new Set(
    (row?.value ?? '')
      .toLowerCase()
      .split(/[\s,]+/)
      .filter((host) => host !== ''),
  );
}
