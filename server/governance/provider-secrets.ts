import { z } from 'zod';
import { seal, unseal } from '../platform/secrets.ts';

/** Keys and further headers of providers at rest: sealed, and in clear in the memory of a process that calls. */

const keyPurpose = 'provider-key';
const headersPurpose = 'provider-headers';

export const sealKey = (key: string) => seal(keyPurpose, key);
export const unsealKey = (sealed: string) => unseal(keyPurpose, sealed);

/** What is shown of a key: never more than a quarter of it. */
export const lastFour = (key: string) => (key.length >= 16 ? key.slice(-4) : '');

const headers = z.record(z.string(), z.string());

export const sealHeaders = (given: Readonly<Record<string, string>>) => seal(headersPurpose, JSON.stringify(given));
export const unsealHeaders = (sealed: string) => headers.parse(JSON.parse(unseal(headersPurpose, sealed)));
