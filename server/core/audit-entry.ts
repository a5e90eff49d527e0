import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { ActorRef } from './actor.ts';
import { canonicalJson } from './canonical-json.ts';

/** One entry of the audit log, before it is stored. `at` is ISO 8601 UTC with milliseconds. */
export type AuditEntry = {
  id: string;
  at: string;
  teamId: string | null;
  actor: ActorRef;
  action: string;
  resource: { type: string; id: string };
  requestId: string;
  detail: Record<string, unknown>;
};

const secretName = /pass(word|wd)|secret|token|credential|sealed|hash$|api_?key|authorization|cookie/i;

/** Members whose name says that they hold a secret are replaced: the log tells that they changed, never to what. */
export function withoutSecrets(detail: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [
      name,
      secretName.test(name) && value !== null ? '[secret]' : cleaned(value),
    ]),
  );
}

function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) return withoutSecrets({ ...value });
  return value;
}

/** The entry's canonical JSON (RFC 8785) and its SHA-256 in hex. */
export function sealEntry(entry: AuditEntry): { canonical: string; hash: string } {
  const canonical = canonicalJson(entry);
  return { canonical, hash: bytesToHex(sha256(utf8ToBytes(canonical))) };
}
