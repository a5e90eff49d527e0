import { and, eq, isNotNull } from 'drizzle-orm';
import { db, schema } from '../../../db/client.ts';
import type { Finding } from '../../core/dlp/finding.ts';
import { LiteralIndex } from '../../core/dlp/literal-index.ts';
import { writtenForms } from '../../core/dlp/written-forms.ts';
import { env } from '../../platform/env.ts';
import { knownSecrets } from '../../platform/installation-secret.ts';
import { log } from '../../platform/log.ts';
import { singleton } from '../../platform/singleton.ts';
import { projectCredential } from '../../workspace/project-credential.ts';
import { unsealHeaders, unsealKey } from '../provider-secrets.ts';

/**
 * Secrets that the installation itself has, found wherever they stand: its own secret, what opens its database, keys of
 * providers, a team's credentials of git hosts. They are in clear only in this process's memory.
 */
export type KnownSecrets = { version: number; find: (text: string) => Finding[] };

type Held = {
  current: (KnownSecrets & { values: string }) | undefined;
  loadedAt: number;
  loading: Promise<KnownSecrets> | undefined;
};
const holder = () => singleton('known-secrets', () => new Map<string, Held>());

const freshMs = 15_000;

export async function findKnownSecrets(teamId: string): Promise<KnownSecrets> {
  const held = holder().get(teamId) ?? { current: undefined, loadedAt: 0, loading: undefined };
  holder().set(teamId, held);
  if (!held.current) return reload(held, teamId);
  if (performance.now() - held.loadedAt > freshMs)
    reload(held, teamId).catch((error: unknown) => log().warn({ err: error }, 'could not look at the known secrets'));
  return held.current;
}

/** Makes this process look at the rows before the next text. */
export function forgetKnownSecrets(): void {
  holder().clear();
}

function reload(held: Held, teamId: string): Promise<KnownSecrets> {
  held.loadedAt = performance.now();
  held.loading ??= load(held, teamId).finally(() => {
    held.loading = undefined;
  });
  return held.loading;
}

async function load(held: Held, teamId: string): Promise<KnownSecrets> {
  const { provider, project } = schema;
  const [providers, projects] = await Promise.all([
    db().select({ key: provider.keySealed, headers: provider.headersSealed }).from(provider),
    db()
      .select({ credentialSealed: project.credentialSealed })
      .from(project)
      .where(and(eq(project.teamId, teamId), isNotNull(project.credentialSealed))),
  ]);
  const values = new Set([
    ...fromEnvironment(),
    ...providers.flatMap(({ key, headers }) => [
      ...readable(() => (key === null ? [] : [unsealKey(key)])),
      ...readable(() => (headers === null ? [] : Object.values(unsealHeaders(headers)))),
    ]),
    ...projects.flatMap((row) => readable(() => fromCredential(row))),
  ]);
  const all = [...values].filter(isTelling).toSorted().join('\n\n');
  if (held.current?.values === all) return held.current;
  held.current = { values: all, version: (held.current?.version ?? 0) + 1, find: finderOf([...values]) };
  return held.current;
}

/** What cannot be unsealed cannot be known; who uses it says so. */
function readable(read: () => string[]): string[] {
  try {
    return read();
  } catch {
    return [];
  }
}

function fromEnvironment(): string[] {
  const { databaseUrl, admin, providers } = env();
  const password = databaseUrl === undefined ? '' : decodeURIComponent(new URL(databaseUrl).password);
  return [...knownSecrets(), password, admin?.password ?? '', providers.anthropicKey ?? '', providers.openaiKey ?? ''];
}

function fromCredential(row: { credentialSealed: string | null }): string[] {
  const credential = projectCredential(row);
  if (!credential) return [];
  if (credential.kind === 'password') return [credential.password];
  // A key is known by its lines, whatever stands around them.
  return credential.privateKey.split('\n').filter((line) => line.length >= 40 && !line.startsWith('-'));
}

/** Shorter ones, and words, stand in texts that have nothing to do with them. */
const isTelling = (value: string) => value.length >= 8 && !/^[a-z]+$/i.test(value);

function finderOf(values: readonly string[]): KnownSecrets['find'] {
  const index = new LiteralIndex<true>();
  for (const value of values.filter(isTelling)) for (const form of writtenForms(value)) index.add(form, true);
  return (text) =>
    index
      .findAll(text)
      .map(({ start, end }) => ({ detector: 'known-secret', class: 'secret', severity: 'high', start, end }));
}
