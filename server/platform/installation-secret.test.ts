import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { renewSecretFile, sealingSecret } from './installation-secret.ts';
import { seal, sealAnew, sealedBeginning, sign, unseal, verifySigned } from './secrets.ts';
import { withSecrets } from './testing-secret.ts';

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'ensemble-secret-'));
  folders.push(made);
  return made;
}
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true });
});

test('[GW84] a new secret in the data folder keeps the one before, readable by the owner alone', async () => {
  const dataDir = folder();
  await withSecrets({ secret: undefined, dataDir }, () => {
    const sealed = seal('p', 'a text');
    const first = sealingSecret();
    expect(renewSecretFile()).toBe(true);
    expect(sealingSecret()).not.toBe(first);
    expect(sealed.startsWith(sealedBeginning())).toBe(false);
    expect(unseal('p', sealed)).toBe('a text');
    const anew = sealAnew(sealed, '');
    expect(anew.startsWith(sealedBeginning())).toBe(true);
    expect(unseal('p', anew)).toBe('a text');
    expect(() => unseal('q', anew)).toThrow();
    expect(renewSecretFile()).toBe(true);
    expect(readFileSync(path.join(dataDir, 'secret.previous'), 'utf8').trim().split('\n')).toHaveLength(2);
    expect([unseal('p', sealed), unseal('p', anew)]).toEqual(['a text', 'a text']);
    for (const name of ['secret', 'secret.previous'])
      expect(statSync(path.join(dataDir, name)).mode & 0o777).toBe(0o600);
    // Without the earlier ones what was not sealed anew is lost, as it should be.
    rmSync(path.join(dataDir, 'secret.previous'));
  });
});

test('[GW84] another process reads what was sealed after the change, and the change of a secret of the environment is left to its operator', async () => {
  const dataDir = folder();
  const sealed = await withSecrets({ secret: undefined, dataDir }, () => {
    sealingSecret();
    renewSecretFile();
    return seal('p', 'a text');
  });
  await withSecrets({ secret: undefined, dataDir }, () => expect(unseal('p', sealed)).toBe('a text'));
  expect(renewSecretFile()).toBe(false);
});

test('[GW84] a secret that is gone seals nothing any more, and an earlier one signs nothing', async () => {
  const old = 'a-secret-that-was-here-before-0123456789';
  const [sealed, signed] = await withSecrets({ secret: old }, () => [seal('p', 'a text'), sign('p', 'a text')]);
  expect(() => unseal('p', sealed ?? '')).toThrow(/no longer has/);
  await withSecrets({ previousSecrets: [old] }, () => {
    expect(unseal('p', sealed ?? '')).toBe('a text');
    expect(verifySigned('p', signed ?? '')).toBeUndefined();
  });
});

test('[GW84] a text in the form from before envelopes is read, and brought into today’s', () => {
  // Sealed by an earlier version under the secret of the tests.
  const first = 'v1.ZYXPJsN0Ncoqlsu3.0VppMSgLz0p4NPurC-koMg.NX3DBi7nTUjSiuFo3bBqzQ';
  expect(unseal('project-credential', first)).toBe('a text of before');
  expect(() => unseal('something-else', first)).toThrow();
  expect(unseal('project-credential', sealAnew(first, 'project-credential'))).toBe('a text of before');
});
