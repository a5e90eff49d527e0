import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { EnvError, parseEnv } from './env.ts';

const at = (values: Record<string, string>) => parseEnv({ NODE_ENV: 'production', ...values });

test('without any variable everything has its default', () => {
  expect(at({})).toMatchObject({
    port: 3000,
    host: '127.0.0.1',
    publicUrl: 'http://127.0.0.1:3000',
    role: 'all',
    admin: undefined,
    databaseUrl: undefined,
  });
});

test('an empty variable counts as unset', () => {
  expect(at({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 3000, databaseUrl: undefined });
});

test('the public address loses its last slash; folders become absolute', () => {
  const env = at({
    ENSEMBLE_URL: 'https://ensemble.example.com/',
    ENSEMBLE_LOCAL_REPOS: '/srv/git:/srv/more',
    ENSEMBLE_DATA: 'data',
  });
  expect(env.publicUrl).toBe('https://ensemble.example.com');
  expect(env.localRepos).toEqual(['/srv/git', '/srv/more']);
  expect(path.isAbsolute(env.dataDir)).toBe(true);
});

test.each([
  ['PORT', 'abc'],
  ['PORT', '70000'],
  ['DATABASE_URL', 'mysql://x'],
  ['ENSEMBLE_URL', 'ensemble'],
  ['ENSEMBLE_NODE_URL', '10.0.0.5:3000'],
  ['ENSEMBLE_WEB_URL', 'ensemble.example.com'],
  ['ENSEMBLE_SECRET', 'short'],
  ['ENSEMBLE_SECRET_PREVIOUS', 'short'],
  ['OPENAI_API_KEY', 'k'],
  ['OPENAI_COMPATIBLE_URL', 'ollama:11434'],
  ['OPENAI_COMPATIBLE_URL', 'ftp://127.0.0.1/v1'],
  ['ENSEMBLE_ROLE', 'both'],
  ['LOG_LEVEL', 'loud'],
])('%s=%s is refused in one line that names the variable and the way out', (name, value) => {
  const refused = () => at({ [name]: value });
  expect(refused).toThrow(EnvError);
  expect(refused).toThrow(new RegExp(`^${name} .+ unset ${name}\\.$`));
});

test.each([
  [{ ENSEMBLE_ROLE: 'all', ENSEMBLE_SECRET: 's'.repeat(32) }, 'ENSEMBLE_ROLE=worker'],
  [{ ENSEMBLE_ROLE: 'worker' }, 'needs ENSEMBLE_SECRET'],
])('a worker’s way to the web process is refused with %j', (given, fix) => {
  const refused = () => at({ ENSEMBLE_WEB_URL: 'https://ensemble.example.com', ...given });
  expect(refused).toThrow(EnvError);
  expect(refused).toThrow(fix);
});

test.each([
  [{}, 'http://127.0.0.1:3000'],
  [{ HOST: '0.0.0.0', PORT: '80' }, 'http://127.0.0.1:80'],
  [{ HOST: '::1' }, 'http://[::1]:3000'],
  [{ HOST: '0.0.0.0', ENSEMBLE_NODE_URL: 'http://10.0.0.5:3000/' }, 'http://10.0.0.5:3000'],
])('other web processes reach this one with %j at %s', (given, address) => {
  expect(at(given).nodeUrl).toBe(address);
});

test('an admin needs both an address and a password', () => {
  expect(() => at({ ENSEMBLE_ADMIN_EMAIL: 'ana@example.com' })).toThrow(/go together/);
  expect(at({ ENSEMBLE_ADMIN_EMAIL: 'Ana@Example.com', ENSEMBLE_ADMIN_PASSWORD: 'long enough' }).admin?.email).toBe(
    'ana@example.com',
  );
});

test('a secret may be given as a file, and a file that cannot be read is named', () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'env-')), 'secret');
  writeFileSync(file, `${'s'.repeat(40)}\n`);
  expect(at({ ENSEMBLE_SECRET_FILE: file }).secret).toBe('s'.repeat(40));
  expect(() => at({ ENSEMBLE_SECRET_FILE: '/nowhere/secret' })).toThrow(/ENSEMBLE_SECRET_FILE names \/nowhere\/secret/);
});

test('[GW80] providers of models come from variables or from the files that they name', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ensemble-env-'));
  const file = path.join(folder, 'key');
  writeFileSync(file, 'sk-ant-0123456789\n');
  const given = at({ ANTHROPIC_API_KEY_FILE: file, OPENAI_COMPATIBLE_URL: 'http://localhost:11434/v1' });
  expect(given.providers).toEqual({
    anthropicKey: 'sk-ant-0123456789',
    openaiKey: undefined,
    openaiCompatibleUrl: 'http://localhost:11434/v1',
  });
});
