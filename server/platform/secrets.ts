import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { env } from './env.ts';
import { singleton } from './singleton.ts';

/** The installation's secret: from ENSEMBLE_SECRET, else made once into the data folder with mode 0600. */
function installationSecret(): string {
  return singleton('installation-secret', () => {
    const given = env().secret;
    if (given !== undefined) return given;
    const file = path.join(env().dataDir, 'secret');
    if (!existsSync(file)) {
      mkdirSync(env().dataDir, { recursive: true, mode: 0o700 });
      writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
    }
    return readFileSync(file, 'utf8').trim();
  });
}

const keyVersion = 1;

/** One key a purpose, derived with HKDF-SHA256 (RFC 5869). */
function derivedKey(purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', installationSecret(), '', `ensemble/${keyVersion}/${purpose}`, 32));
}

/** The key the sign-in cookie is signed with. */
export function authSecret(): string {
  return derivedKey('auth-cookie').toString('hex');
}

/** Seals a text with AES-256-GCM: `v<key version>.<nonce>.<tag>.<ciphertext>`, base64url. */
export function seal(purpose: string, plain: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', derivedKey(purpose), nonce);
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return [
    `v${keyVersion}`,
    nonce.toString('base64url'),
    cipher.getAuthTag().toString('base64url'),
    body.toString('base64url'),
  ].join('.');
}

/** @throws when the text was sealed with another key or changed since */
export function unseal(purpose: string, sealed: string): string {
  const [version, nonce, tag, body] = sealed.split('.');
  if (version !== `v${keyVersion}` || !nonce || !tag || body === undefined)
    throw new Error('sealed text of an unknown form');
  const decipher = createDecipheriv('aes-256-gcm', derivedKey(purpose), Buffer.from(nonce, 'base64url'));
  decipher.setAuthTag(Buffer.from(tag, 'base64url'));
  return Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]).toString('utf8');
}

/** Proves to a process with the same installation's secret that a text comes from one: `<text>.<HMAC-SHA256>`, base64url. */
export function sign(purpose: string, text: string): string {
  const mac = createHmac('sha256', derivedKey(purpose)).update(text).digest('base64url');
  return `${Buffer.from(text).toString('base64url')}.${mac}`;
}

/** @returns the text, or undefined when it was not signed under this purpose and secret */
export function verifySigned(purpose: string, signed: string): string | undefined {
  const [body = '', mac = ''] = signed.split('.');
  const text = Buffer.from(body, 'base64url').toString('utf8');
  const expected = createHmac('sha256', derivedKey(purpose)).update(text).digest();
  const given = Buffer.from(mac, 'base64url');
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected) ? text : undefined;
}

/** How a personal token begins, so that people and scanners know one. */
export const tokenPrefix = 'ens_';
/** How the key of a run begins. */
export const runKeyPrefix = 'ensrun_';

/** A secret to hand out once (link, ticket, token): 32 random bytes. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a handed-out secret. Its entropy is full, so a plain SHA-256 is enough. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
