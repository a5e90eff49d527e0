import { hash, verify } from '@node-rs/argon2';

/** OWASP's first choice for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** What is stored of a password: argon2id in PHC form with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

/** A hash of nothing anyone can type, made with the same cost as real ones. */
const nobody = '$argon2id$v=19$m=19456,t=2,p=1$6M/D+NVAecLjTnNCgYQOXQ$0xZlbPEycpNbpmgXkZYGmr7q3sKoig9Nj3IZKnX5Wcg';

/** False without a stored hash, after the same work, so that the time tells nothing about who exists. */
export async function verifyPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  const matches = await verify(stored ?? nobody, password);
  return matches && stored !== null && stored !== undefined;
}
