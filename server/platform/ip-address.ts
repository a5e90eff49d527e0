import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/** What an address leads to: who may have it connected to is decided by whoever connects. */
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

/** Where clouds tell a machine its own credentials, whatever network that looks like. */
const metadata = blockList([
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
  // Amazon's, Google's and Oracle's.
  ['fd00:ec2::', 32],
  ['fd20:ce::254', 128],
  ['fd00:c1::a9fe:a9fe', 128],
]);

/** Addresses that name no one machine: "this" network, multicast, reserved ones, and tunnels that hide another address. */
const nobody = blockList([
  ['0.0.0.0', 8],
  ['224.0.0.0', 3],
  ['::', 128],
  ['::ffff:0:0:0', 96],
  ['64:ff9b:1::', 48],
  ['ff00::', 8],
  ['2001::', 32],
  ['2002::', 16],
]);

/**
 * Why nobody may have this address connected to, not even an admin: link-local, a cloud's metadata, no single machine.
 * Undefined for addresses that may be: public ones, and private and loopback ones where private networks are wanted.
 */
export function forbiddenAddress(address: string): string | undefined {
  const plain = address.replace(/%.*$/, '');
  const family = isIP(plain);
  if (family === 0) return 'no address';
  const embedded = family === 6 ? embeddedIpv4(plain) : undefined;
  if (embedded !== undefined) return forbiddenAddress(embedded);
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (linkLocal.check(plain, type)) return 'a link-local address';
  if (metadata.check(plain, type)) return 'the address of a cloud’s metadata';
  return nobody.check(plain, type) ? 'an address of no single machine' : undefined;
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

/** Why nobody may have a host connected to, as its name leads now. One that is not there today may be there tomorrow. */
export async function forbiddenHost(host: string, resolve: ResolveHost = resolveHost): Promise<string | undefined> {
  const addresses = isIP(host) === 0 ? await resolve(host).catch(() => []) : [host];
  return addresses.map(forbiddenAddress).find((found) => found !== undefined);
}

export const resolveHost: ResolveHost = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
