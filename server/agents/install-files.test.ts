import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { env } from '../platform/env.ts';
import { installAgentFiles, removeAgentFiles } from './install-files.ts';
import { completeMark, installedAvailability, installFolder, installRoot, installState } from './installed-agent.ts';
import { agentPins, onThisMachine, pinnedAgents } from './pins.ts';
import { registryWords } from './registry-words.ts';

const agent = 'qwen-code';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ensemble-npm-'));
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9/');
  vi.stubEnv('npm_config_fetch_retries', '0');
  vi.stubEnv('npm_config_cache', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
  await rm(path.join(env().dataDir, 'agents'), { recursive: true, force: true });
});

/** An installation as it would be, of empty files. */
async function pretend(version: string = agentPins[agent].version): Promise<string> {
  const place = path.join(installRoot(agent), version);
  for (const file of [onThisMachine(agentPins[agent].program), completeMark]) {
    await mkdir(path.dirname(path.join(place, file)), { recursive: true });
    await writeFile(path.join(place, file), '');
  }
  return place;
}

test('[AG4] without the registry nothing is left behind, and the words say what to do', async () => {
  await expect(installAgentFiles(agent)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/registry cannot be reached.*npm config get registry/) as string,
  });
  expect(await readdir(path.join(env().dataDir, 'agents', 'work'))).toEqual([]);
  expect(installState(agent)).toEqual({ state: 'missing' });
});

test('[AG5] an installation that is whole is used as it is; uninstalled, it is gone', async () => {
  const place = await pretend();
  await installAgentFiles(agent);
  expect(installState(agent)).toEqual({ state: 'installed' });
  expect(installedAvailability(agent, 'Qwen Code')).toEqual({ ok: true });
  expect(place).toBe(installFolder(agent));
  await removeAgentFiles(agent);
  expect(installState(agent)).toEqual({ state: 'missing' });
  await removeAgentFiles(agent);
});

test('[AG5] a missing, a broken and an outdated installation each say so, and how to mend it', async () => {
  const said = () => installedAvailability(agent, 'Qwen Code');
  const fix = expect.stringContaining('ensemble agents install qwen-code') as string;
  expect(said()).toEqual({ ok: false, reason: 'Qwen Code is not installed.', fix });
  await pretend('0.0.1');
  expect(installState(agent)).toEqual({ state: 'outdated', versions: ['0.0.1'] });
  expect(said()).toMatchObject({ ok: false, reason: expect.stringContaining('version 0.0.1') as string, fix });
  const place = await pretend();
  await rm(path.join(place, onThisMachine(agentPins[agent].program)));
  expect(said()).toMatchObject({ ok: false, reason: expect.stringContaining('is broken') as string, fix });
  // Without the mark it was never finished.
  await pretend();
  await rm(path.join(place, completeMark));
  expect(installState(agent)).toMatchObject({ state: 'broken' });
});

test('[AG5] once the pinned version is there, others go', async () => {
  await pretend('0.0.1');
  await pretend();
  await installAgentFiles(agent);
  expect(await readdir(installRoot(agent))).toEqual([agentPins[agent].version]);
});

test.each([
  ['npm error code ENOTFOUND\nnpm error network request to …', /cannot be reached/],
  ['npm error code ETARGET\nnpm error notarget No matching version found', /does not have the pinned version/],
  ['npm error code E403', /refused/],
  ['npm error code ENOSPC', /disk .* is full/],
  ['npm error code EINTEGRITY sha512-… failed', /package cache/],
  ['npm error code SELF_SIGNED_CERT_IN_CHAIN', /certificate/],
  ['something else', /npm could not install it: something else/],
])('[AG4] what npm prints is told in words: %s', (output, words) => {
  expect(registryWords(output)).toMatch(words);
});

test('[AG1] every pin is one exact version with the bytes of its package and its licence', () => {
  for (const name of pinnedAgents) {
    const { version, integrity, package: main, licence, sizeBytes } = agentPins[name];
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Object.keys(integrity)).toContain(main);
    for (const hash of Object.values(integrity)) expect(hash).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    expect(licence).not.toBe('');
    expect(sizeBytes).toBeGreaterThan(0);
  }
});
