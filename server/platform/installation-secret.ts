import { randomBytes, hkdfSync, createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { env, EnvError } from './env.ts';
import { singleton } from './singleton.ts';

/**
 * The installation's secret, of which all keys are derived, and the ones it had before: what was sealed under those can
 * be read until `ensemble keys rotate` sealed it anew. From ENSEMBLE_SECRET and ENSEMBLE_SECRET_PREVIOUS, else from the
 * files `secret` and `secret.previous` (one a line) in the data folder.
 */
const currentFile = () => path.join(env().dataDir, 'secret');
const previousFile = () => path.join(env().dataDir, 'secret.previous');

type Held = { atStart: string | undefined; now: string; lookedAt: number; byId: Map<string, string> };
const held = () =>
  singleton<Held>('installation-secrets', () => ({
    atStart: undefined,
    now: '',
    lookedAt: Number.NEGATIVE_INFINITY,
    byId: new Map(),
  }));

/** How long a process may go on with a secret that another one has changed. */
export const secretNoticedMs = 1_000;

/** The secret as this process found it at its start: cookies and signatures of one process stay of one secret. */
export function installationSecret(): string {
  const holder = held();
  holder.atStart ??= readCurrent();
  return holder.atStart;
}

/**
 * For a process that reads what others sealed, so that a secret of its own would help nobody.
 * @throws EnvError when there is none yet
 */
export function requireSecret(): void {
  if (env().secret !== undefined || existsSync(currentFile())) return;
  throw new EnvError(
    `ENSEMBLE_SECRET is not set and ${env().dataDir} has no file "secret". Set it to the secret of the web process, or ENSEMBLE_DATA to its data folder.`,
  );
}

/** The secret that new things are sealed under: another process may have changed the file since the start. */
export function sealingSecret(): string {
  const holder = held();
  if (performance.now() - holder.lookedAt > secretNoticedMs) {
    holder.now = readCurrent();
    holder.lookedAt = performance.now();
  }
  return holder.now;
}

function readCurrent(): string {
  const given = env().secret;
  if (given !== undefined) return given;
  const file = currentFile();
  if (!existsSync(file)) {
    mkdirSync(env().dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  }
  return readFileSync(file, 'utf8').trim();
}

/** The secret itself and all earlier ones that are still there. */
export function knownSecrets(): string[] {
  const file = previousFile();
  const kept = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const all = [sealingSecret(), installationSecret(), ...env().previousSecrets, ...kept.map((line) => line.trim())];
  return [...new Set(all)].filter((secret) => secret !== '');
}

/** Names a secret without giving any of it away: 48 bits of a key derived for nothing else. */
export function secretId(secret: string): string {
  const derived = Buffer.from(hkdfSync('sha256', secret, '', 'ensemble/secret-id', 32));
  return createHash('sha256').update(derived).digest('hex').slice(0, 12);
}

/** The secret of that name. Looks at the files again when it is not known yet. */
export function findSecret(id: string): string | undefined {
  const { byId } = held();
  if (!byId.has(id)) for (const secret of knownSecrets()) byId.set(secretId(secret), secret);
  return byId.get(id);
}

/**
 * Puts a new secret into the data folder and keeps the one before.
 * @returns false when the environment gives the secret: then its operator changes it there
 */
export function renewSecretFile(): boolean {
  if (env().secret !== undefined) return false;
  const before = readCurrent();
  const kept = existsSync(previousFile()) ? readFileSync(previousFile(), 'utf8') : '';
  writeFileSync(previousFile(), `${before}\n${kept}`, { mode: 0o600 });
  const fresh = `${currentFile()}.new`;
  writeFileSync(fresh, randomBytes(32).toString('hex'), { mode: 0o600 });
  renameSync(fresh, currentFile());
  held().lookedAt = Number.NEGATIVE_INFINITY;
  return true;
}
