import { z } from 'zod';
import type { schema } from '../../db/client.ts';
import { seal, unseal } from '../platform/secrets.ts';

const purpose = 'project-credential';

/** What a project's upstream is entered with, as people give it. */
export const credentialInput = z.union([
  z.strictObject({ username: z.string().min(1).max(200), password: z.string().min(1).max(4000) }),
  z.strictObject({ token: z.string().min(1).max(4000) }),
  z.strictObject({ sshKey: z.string().min(1).max(20_000) }),
]);
export type CredentialInput = z.infer<typeof credentialInput>;

export type ProjectCredential =
  | { kind: 'password'; username: string; password: string }
  | { kind: 'ssh-key'; privateKey: string };

/** The form in which a credential is stored in `project.credential_sealed`. */
export function sealCredential(given: CredentialInput): string {
  return seal(purpose, JSON.stringify(toCredential(given)));
}

function toCredential(given: CredentialInput): ProjectCredential {
  if ('sshKey' in given) return { kind: 'ssh-key', privateKey: `${given.sshKey.trim()}\n` };
  // The forges take a token as the password of any user; this name is the one that all of them know.
  if ('token' in given) return { kind: 'password', username: 'x-access-token', password: given.token };
  return { kind: 'password', username: given.username, password: given.password };
}

const stored = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('password'), username: z.string(), password: z.string() }),
  z.object({ kind: z.literal('ssh-key'), privateKey: z.string() }),
]);

/** The credential of a project's upstream, in clear, or undefined when none is set. @throws when it cannot be unsealed */
export function projectCredential(
  project: Pick<typeof schema.project.$inferSelect, 'credentialSealed'>,
): ProjectCredential | undefined {
  if (project.credentialSealed === null) return undefined;
  return stored.parse(JSON.parse(unseal(purpose, project.credentialSealed)));
}
