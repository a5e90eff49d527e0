import { isIP } from 'node:net';
import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { parseGitUrl, type GitUrl } from '../core/git-url.ts';
import { addressKind, resolveHost, type AddressKind, type ResolveHost } from '../platform/ip-address.ts';

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
