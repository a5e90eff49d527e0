import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { findSecret, installationSecret, knownSecrets, sealingSecret, secretId } from './installation-secret.ts';

/** One key a purpose, derived with HKDF-SHA256 (RFC 5869). */
function derivedKey(purpose: string, secret = installationSecret()): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `ensemble/1/${purpose}`, 32));
}

type Wrapping = { id: string; key: Buffer };
const wrappings = new Map<string, Wrapping>();

/** What encrypts data keys under a secret; derived once, since masked values are sealed in the middle of a call. */
function wrappingOf(secret: string): Wrapping {
  const known = wrappings.get(secret) ?? { id: secretId(secret), key: derivedKey(wrapping, secret) };
  wrappings.set(secret, known);
  return known;
}

/** The key the sign-in cookie is signed with. */
export function authSecret(): string {
  return derivedKey('auth-cookie').toString('hex');
}

/** Nonce, tag and ciphertext of AES-256-GCM, base64url, joined by dots. */
function encrypt(key: Buffer, plain: Buffer, context: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return [nonce, cipher.getAuthTag(), body].map((part) => part.toString('base64url')).join('.');
}

function decrypt(key: Buffer, parts: readonly string[], context: string): Buffer {
  const [nonce = '', tag = '', body = ''] = parts;
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'));
  decipher.setAAD(Buffer.from(context)).setAuthTag(Buffer.from(tag, 'base64url'));
  return Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]);
}

const wrapping = 'data-key';
const unknownForm = () => new Error('sealed text of an unknown form');

/**
 * Seals a text in an envelope: a data key of its own encrypts it for `purpose`, and a key derived from the installation's
 * secret encrypts the data key. `v2.<name of the secret>.<data key: nonce, tag, body>.<text: nonce, tag, body>`.
 */
export function seal(purpose: string, plain: string): string {
  const { id, key } = wrappingOf(sealingSecret());
  const dataKey = randomBytes(32);
  return `v2.${id}.${encrypt(key, dataKey, wrapping)}.${encrypt(dataKey, Buffer.from(plain), purpose)}`;
}

/** @throws when the text was sealed for another purpose or under a secret that is gone, or changed since */
export function unseal(purpose: string, sealed: string): string {
  const [version, id = '', ...parts] = sealed.split('.');
  if (version === 'v1') return unsealFirstForm(purpose, [id, ...parts]);
  if (version !== 'v2' || parts.length !== 6) throw unknownForm();
  return decrypt(dataKeyOf(id, parts), parts.slice(3), purpose).toString('utf8');
}

function dataKeyOf(id: string, parts: readonly string[]): Buffer {
  const secret = findSecret(id);
  if (secret === undefined)
    throw new Error('sealed under a secret that this installation no longer has (ENSEMBLE_SECRET_PREVIOUS)');
  return decrypt(wrappingOf(secret).key, parts, wrapping);
}

/** Of installations from before envelopes: the text under a key derived for its purpose. */
function unsealFirstForm(purpose: string, parts: readonly string[]): string {
  if (parts.length !== 3) throw unknownForm();
  for (const secret of knownSecrets()) {
    try {
      return decrypt(derivedKey(purpose, secret), parts, '').toString('utf8');
    } catch {
      // Sealed under another of the secrets, or changed: what is left in the end says so.
    }
  }
  throw new Error('sealed under a secret that this installation no longer has, or changed since');
}

/** How a text begins that is sealed in today's form, under today's secret. */
export function sealedBeginning(): string {
  return `v2.${wrappingOf(sealingSecret()).id}.`;
}

/**
 * The same text under today's secret. Of an envelope only the data key is encrypted anew.
 * @param purpose what a text of the first form was sealed for
 * @throws when it cannot be unsealed
 */
export function sealAnew(sealed: string, purpose: string): string {
  const [version, id = '', ...parts] = sealed.split('.');
  if (version !== 'v2') return seal(purpose, unseal(purpose, sealed));
  if (parts.length !== 6) throw unknownForm();
  const today = wrappingOf(sealingSecret());
  return ['v2', today.id, encrypt(today.key, dataKeyOf(id, parts), wrapping), ...parts.slice(3)].join('.');
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
  const given = Buffer.from(mac, 'base64url');
  // A process that started after a change of the secret is believed; earlier secrets may be in the wrong hands.
  const isTrue = [...new Set([installationSecret(), sealingSecret()])].some((secret) => {
    const expected = createHmac('sha256', derivedKey(purpose, secret)).update(text).digest();
    return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
  });
  return isTrue ? text : undefined;
}

/** A pseudorandom function of a text that only this installation can compute: 64 bytes of HMAC-SHA512. */
export function keyedBytes(purpose: string, text: string): Buffer {
  return createHmac('sha512', derivedKey(purpose, installationSecret())).update(text).digest();
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
