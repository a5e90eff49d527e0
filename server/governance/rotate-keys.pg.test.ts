import { existsSync } from 'node:fs';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { db, schema } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf, newPerson } from '../auth/testing.ts';
import { systemContext } from '../context.ts';
import { env } from '../platform/env.ts';
import { secretId, sealingSecret } from '../platform/installation-secret.ts';
import { seal, unseal } from '../platform/secrets.ts';
import { withSecrets } from '../platform/testing-secret.ts';
import { unsealKey } from './provider-secrets.ts';
import { rotateKeys, sealedColumns, sealedState } from './rotate-keys.ts';
import { newProvider } from './testing.ts';

await testDatabase();
const sealedOf = async (id: string) => {
  const [row] = await db().select().from(schema.provider).where(eq(schema.provider.id, id));
  return row?.keySealed ?? '';
};

test('[GW84] every column named so is known, with the key of its table', () => {
  const names = sealedColumns().map(({ table, column }) => `${table}.${column}`);
  expect(names).toEqual(
    expect.arrayContaining(['project.credential_sealed', 'provider.key_sealed', 'provider.headers_sealed']),
  );
  for (const { keys } of sealedColumns()) expect(keys.length).toBeGreaterThan(0);
});

test('[GW84] without a change of the secret nothing is sealed anew but what is in an older form or unreadable', async () => {
  const id = await newProvider({ baseUrl: 'http://127.0.0.1:1/v1', key: 'sk-0123456789' });
  const before = await sealedOf(id);
  const broken = await newProvider({ baseUrl: 'http://127.0.0.1:1/v1', keySealed: 'v2.000000000000.a.b.c.d.e.f' });
  // The environment of the tests gives the secret, so the file is left alone.
  expect(await rotateKeys(systemContext('command line'))).toEqual({
    hasNewSecret: false,
    sealedAnew: 0,
    unreadable: 1,
  });
  expect(await sealedOf(id)).toBe(before);
  expect(existsSync(path.join(env().dataDir, 'secret'))).toBe(false);
  await db().delete(schema.provider).where(eq(schema.provider.id, broken));
});

test('[GW84] a secret that the environment names as the one before is replaced, and every text reads as it did', async () => {
  const ids: string[] = [];
  for (let i = 0; i < 250; i++)
    ids.push(await newProvider({ baseUrl: 'http://127.0.0.1:1/v1', key: `sk-key-number-${i}` }));
  const old = 'the-secret-that-was-there-before-0123456789';
  await withSecrets({ secret: old }, async () => {
    for (const [i, id] of ids.entries())
      await db()
        .update(schema.provider)
        .set({ keySealed: seal('provider-key', `sk-key-number-${i}`) })
        .where(eq(schema.provider.id, id));
  });
  const [first = ''] = ids;
  expect(await sealedOf(first)).toContain(`v2.${secretId(old)}.`);
  expect(await sealedState(systemContext('doctor'))).toEqual({ underOlder: 0, unreadable: 250 });
  await withSecrets({ previousSecrets: [old] }, async () => {
    expect(unsealKey(await sealedOf(first))).toBe('sk-key-number-0');
    expect(await sealedState(systemContext('doctor'))).toEqual({ underOlder: 250, unreadable: 0 });
    expect(await rotateKeys(systemContext('command line'))).toMatchObject({ sealedAnew: 250, unreadable: 0 });
  });
  for (const [i, id] of ids.entries()) expect(unseal('provider-key', await sealedOf(id))).toBe(`sk-key-number-${i}`);
  const entry = (await auditOf('installation', secretId(sealingSecret()))).at(-1);
  expect(entry).toMatchObject({ action: 'keys.rotate', detail: { isNew: false, renewed: 250 } });
});

test('[GW84] only the command line on the server does it', async () => {
  const root = await newPerson('root', { installationAdmin: true });
  await expect(rotateKeys(root.ctx)).rejects.toMatchObject({ code: 'forbidden' });
});
