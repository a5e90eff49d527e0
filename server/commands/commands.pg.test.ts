import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { getPersonId } from '../auth/find-person.ts';
import { resetPassword } from '../auth/reset-password.ts';
import { actorFromToken } from '../auth/live-session.ts';
import { signIn } from '../auth/sign-in.ts';
import { auditOf, newTeam } from '../auth/testing.ts';
import { createContext, systemContext } from '../context.ts';
import { findCaller } from '../governance/callers.ts';
import { closeNotifications } from '../platform/notifications.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
afterAll(closeNotifications);
const dataDir = mkdtempSync(path.join(tmpdir(), 'ens-cli-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

type Ran = { code: number | null; out: string; err: string };

/** Runs the program as an operator would, against this file's database. */
async function ensemble(words: string[], given: { input?: string; env?: Record<string, string> } = {}): Promise<Ran> {
  const child = spawn(process.execPath, [path.resolve('server/cli.ts'), ...words], {
    env: {
      NODE_ENV: 'production',
      PATH: '/usr/local/bin:/usr/bin:/bin',
      DATABASE_URL: url,
      ENSEMBLE_DATA: dataDir,
      ENSEMBLE_SECRET: 'a-secret-of-the-test-run-only-0123456789',
      ...given.env,
    },
  });
  child.stdin.end(given.input ?? '');
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out: out.trim(), err: err.trim() };
}

const json = (ran: Ran) => JSON.parse(ran.out) as Record<string, string>;
const credentials = (email: string, password: string) => ({ email, password, userAgent: '', address: 'a' });

describe('ensemble user create', () => {
  it('[AC12] adds a person who sets their password by the link it prints', async () => {
    const teamId = await newTeam('Ledger');
    const ran = await ensemble([
      'user',
      'create',
      'Ana@Example.com',
      '--name',
      'Ana',
      '--team',
      `ledger-${teamId.slice(-6)}`,
      '--json',
    ]);
    expect(ran).toMatchObject({ code: 0, err: '' });
    const made = json(ran);
    const token = new URL(made['setPasswordUrl'] ?? '').searchParams.get('token') ?? '';
    await resetPassword(createContext(), { token, password: 'a brand new one' });
    expect((await signIn(createContext(), credentials('ana@example.com', 'a brand new one')))?.actor.name).toBe('Ana');
    expect(await auditOf('person', made['id'] ?? '')).toMatchObject([
      { action: 'person.create', actorKind: 'system', actorId: 'command line' },
      { action: 'member.add', teamId },
      { action: 'person.reset_password' },
    ]);
  });

  it('[AC12] takes a password from stdin, never from the command line', async () => {
    const ran = await ensemble(['user', 'create', 'bo@example.com', '--name', 'Bo', '--admin', '--password-stdin'], {
      input: 'correct horse battery\n',
    });
    expect(ran.code).toBe(0);
    expect(await signIn(createContext(), credentials('bo@example.com', 'correct horse battery'))).toBeDefined();
  });

  it('[AC12] says in one line what is wrong, and exits with 2', async () => {
    const wrong: [string[], string][] = [
      [['user', 'create', 'nonsense', '--name', 'X'], 'email: Write an email address'],
      [['user', 'create', 'bo@example.com', '--name', 'Bo'], 'There is an account for bo@example.com already'],
      [['token', 'create', '--user', 'bo@example.com', '--scope', 'all'], 'There is no scope all'],
      [['user', 'create', '--crown'], "Unknown option '--crown'"],
      [['fly'], 'There is no command fly'],
    ];
    for (const [words, message] of wrong) {
      const ran = await ensemble(words);
      expect(ran.code, words.join(' ')).toBe(2);
      expect(ran.err).toContain(message);
      expect(ran.err.split('\n')).toHaveLength(1);
    }
  });
});

describe('ensemble user reset and token create', () => {
  it('[AC12] print a reset link, and a token that works', async () => {
    expect((await ensemble(['user', 'create', 'cy@example.com', '--name', 'Cy'])).code).toBe(0);
    const reset = await ensemble(['user', 'reset', 'CY@example.com', '--json']);
    const token = new URL(json(reset)['url'] ?? '').searchParams.get('token') ?? '';
    expect(await resetPassword(createContext(), { token, password: 'a brand new one' })).toEqual({
      email: 'cy@example.com',
    });
    const made = await ensemble([
      'token',
      'create',
      '--user',
      'cy@example.com',
      '--scope',
      'read,write',
      '--days',
      '7',
    ]);
    expect((await actorFromToken(made.out))?.credential.scopes).toEqual(['read', 'write']);
  });

  it('[GW90] token create makes one that calls models', async () => {
    expect((await ensemble(['user', 'create', 'dee@example.com', '--name', 'Dee'])).code).toBe(0);
    const personId = await getPersonId(systemContext('test'), 'dee@example.com');
    const actor = { kind: 'person', personId, name: 'Dee', email: 'dee@example.com' } as const;
    const teamId = await newTeam('Callers', [[actor, 'developer']]);
    const made = await ensemble(['token', 'create', '--user', 'dee@example.com', '--scope', 'models']);
    expect(await findCaller(made.out, {})).toMatchObject({ person: { id: personId }, teamId });
  });
});

describe('ensemble doctor', () => {
  it('[AC23] checks the database, migrations, sandbox, disk, secret and address', async () => {
    const ran = await ensemble(['doctor', '--json']);
    const report = JSON.parse(ran.out) as { ok: boolean; findings: { check: string; state: string }[] };
    expect(report.findings.map(({ check }) => check)).toEqual([
      'database',
      'migrations',
      'audit log',
      'rooms',
      'stored secrets',
      'sandbox',
      'disk',
      'secret',
      'address',
    ]);
    expect(report.findings.filter(({ state }) => state === 'bad')).toEqual([]);
    expect(ran.code).toBe(0);
  });

  it('[AC23] names a database that does not answer and exits with 1', async () => {
    const ran = await ensemble(['doctor'], { env: { DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none' } });
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('bad   database: does not answer');
  });

  it('[AC23] refuses a folder without an installation', async () => {
    const ran = await ensemble(['doctor'], { env: { DATABASE_URL: '' } });
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('There is no installation in') as string });
  });
});

describe('ensemble policy', () => {
  const good = '@id("all") @title("All")\npermit (principal, action, resource);';

  it('[PO18] checks a text without a database and names lines and columns', async () => {
    const env = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none' };
    const words = ['policy', 'check', '-'];
    const fine = await ensemble(words, { input: good, env });
    expect(fine).toMatchObject({ code: 0, out: '-: 1 policy, fit to publish.', err: '' });
    const input = `${good}\n@id("b") @title("B")\nforbid (principal, action == Action::"useModl", resource);`;
    const wrong = await ensemble(words, { input, env });
    expect(wrong.code).toBe(1);
    expect(wrong.out).toContain('-:4:30: error: Unrecognized action');
    const told = JSON.parse((await ensemble([...words, '--json'], { input, env })).out) as {
      ok: boolean;
      problems: unknown[];
    };
    expect(told.ok).toBe(false);
    expect(told.problems).toContainEqual(expect.objectContaining({ severity: 'error', from: { line: 4, column: 30 } }));
    expect(await ensemble(['policy', 'check', '/nowhere.cedar'], { env })).toMatchObject({ code: 2, out: '' });
  });

  it('[PO16][PO18] says what a draft would change', async () => {
    const fine = await ensemble(['policy', 'dry-run', '-', '--since', '2w', '--json'], { input: good });
    expect(fine).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(fine.out)).toMatchObject({ calls: 0, denied: 0, changes: [], acts: { acts: 0, changes: [] } });
    for (const [words, message] of [
      [['--since', 'long'], '--since takes a number'],
      [['--team', 'none'], 'There is no team none'],
    ] as const) {
      const ran = await ensemble(['policy', 'dry-run', '-', ...words], { input: good });
      expect(ran).toMatchObject({ code: 2, out: '' });
      expect(ran.err).toContain(message);
    }
    expect((await ensemble(['policy', 'dry-run', '-'], { input: 'permit' })).err).toContain('is not fit to publish');
  });
});
