import { constants, existsSync, readFileSync, statfsSync, statSync, accessSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { asc } from 'drizzle-orm';
import { databaseUrl, schema } from '../../db/client.ts';
import { databaseState } from '../../db/state.ts';
import type { Context } from '../context.ts';
import { sealedState } from '../governance/rotate-keys.ts';
import { env } from '../platform/env.ts';
import { checkSandbox } from '../workspace/sandbox.ts';
import { UsageError, type Command } from './command.ts';
import { withDatabase } from './with-database.ts';

/** `warn` works and deserves a look; `bad` does not work. */
type Finding = { check: string; state: 'ok' | 'warn' | 'bad'; says: string; fix?: string };

const gib = 1024 ** 3;

/** What a support engineer asks first; each finding says what to do. */
export const doctor: Command = {
  usage: 'doctor [--json]',
  does: 'checks the database, migrations, sandbox, disk, secret and address of this installation',
  async run(words, io) {
    const { values } = parseArgs({ args: words, options: { json: { type: 'boolean', default: false } } });
    const findings = [
      ...(await databaseFindings()),
      await sandboxFinding(),
      diskFinding(),
      secretFinding(),
      addressFinding(),
    ];
    for (const finding of findings) {
      if (values.json) continue;
      io.write(
        `${finding.state.padEnd(4)}  ${finding.check}: ${finding.says}${finding.fix === undefined ? '' : ` ${finding.fix}`}`,
      );
    }
    if (values.json) io.write(JSON.stringify({ ok: findings.every(({ state }) => state !== 'bad'), findings }));
    return findings.some(({ state }) => state === 'bad') ? 1 : 0;
  },
};

/** Whether what is sealed can still be opened. */
async function sealedFinding(ctx: Context): Promise<Finding> {
  const check = 'stored secrets';
  const { underOlder, unreadable } = await sealedState(ctx);
  if (unreadable > 0)
    return {
      check,
      state: 'bad',
      says: `${unreadable} can no longer be read: they were sealed under a secret that is gone.`,
      fix: 'Put that secret back as ENSEMBLE_SECRET_PREVIOUS or into the file secret.previous, or enter them again.',
    };
  if (underOlder > 0)
    return {
      check,
      state: 'warn',
      says: `${underOlder} are sealed in an older way or under an earlier secret.`,
      fix: 'Run: npx ensemble keys rotate',
    };
  return { check, state: 'ok', says: 'can all be read.' };
}

async function databaseFindings(): Promise<Finding[]> {
  try {
    return await withDatabase(async (ctx) => {
      const state = await databaseState(databaseUrl());
      const { applied, known } = state.migrations;
      return [
        { check: 'database', state: 'ok', says: `Postgres ${state.version} answers.` },
        applied === known
          ? { check: 'migrations', state: 'ok', says: `${applied} of ${known} are applied.` }
          : {
              check: 'migrations',
              state: 'bad',
              says: `${applied} of ${known} are applied.`,
              fix: 'Restart Ensemble: each start applies what is missing.',
            },
        state.ownerIsSuperuser
          ? {
              check: 'audit log',
              state: 'warn',
              says: 'the application cannot change it, the database’s owner is a superuser and could.',
              fix: 'Give DATABASE_URL an owner without superuser rights to narrow that.',
            }
          : {
              check: 'audit log',
              state: 'ok',
              says: 'the application cannot change it; only the owner of the tables could.',
            },
        ...(applied === known ? [await roomsFinding(ctx), await sealedFinding(ctx)] : []),
      ];
    });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    return [
      {
        check: 'database',
        state: 'bad',
        says: `does not answer: ${cause}.`,
        fix: 'Start it, or correct DATABASE_URL.',
      },
    ];
  }
}

/** Rooms whose document could not be read when somebody wanted to enter. */
async function roomsFinding({ db }: Context): Promise<Finding> {
  const check = 'rooms';
  const rows = await db.select().from(schema.roomQuarantine).orderBy(asc(schema.roomQuarantine.foundAt));
  if (rows.length === 0) return { check, state: 'ok', says: 'no session is kept closed.' };
  const named = rows.slice(0, 5).map(({ sessionId, reason }) => `${sessionId} (${reason})`);
  return {
    check,
    state: 'bad',
    says: `${rows.length} ${rows.length === 1 ? 'session is' : 'sessions are'} kept closed: ${named.join(', ')}.`,
    fix: 'See “A session that cannot be read” in docs/operations.md.',
  };
}

async function sandboxFinding(): Promise<Finding> {
  const sandbox = await checkSandbox();
  if (sandbox.ok) return { check: 'sandbox', state: 'ok', says: 'agents and commands run shut in.' };
  return { check: 'sandbox', state: 'warn', says: `agents and commands are off: ${sandbox.reason}`, fix: sandbox.fix };
}

function diskFinding(): Finding {
  const { dataDir } = env();
  if (!existsSync(dataDir)) return { check: 'disk', state: 'ok', says: `${dataDir} does not exist yet.` };
  try {
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch {
    return {
      check: 'disk',
      state: 'bad',
      says: `${dataDir} cannot be written.`,
      fix: 'Give it to the user that runs Ensemble.',
    };
  }
  const { bavail, bsize } = statfsSync(dataDir);
  const free = (bavail * bsize) / gib;
  const says = `${free.toFixed(1)} GiB are free in ${dataDir}.`;
  if (free >= 2) return { check: 'disk', state: 'ok', says };
  return { check: 'disk', state: free < 0.2 ? 'bad' : 'warn', says, fix: 'Free some, or move ENSEMBLE_DATA.' };
}

function secretFinding(): Finding {
  const check = 'secret';
  if (env().secret !== undefined) return { check, state: 'ok', says: 'comes from ENSEMBLE_SECRET.' };
  const file = path.join(env().dataDir, 'secret');
  if (!existsSync(file)) return { check, state: 'ok', says: 'is made at the first start.' };
  if ((statSync(file).mode & 0o077) !== 0)
    return {
      check,
      state: 'bad',
      says: `${file} can be read by others on this machine.`,
      fix: `Run: chmod 600 ${file}`,
    };
  if (readFileSync(file, 'utf8').trim().length < 32)
    return {
      check,
      state: 'bad',
      says: `${file} is shorter than 32 characters.`,
      fix: 'Restore it from a backup: what it sealed needs it.',
    };
  return {
    check,
    state: 'ok',
    says: `is in ${file}, readable by its owner only. Keep a copy of it with your backups.`,
  };
}

function addressFinding(): Finding {
  const { publicUrl, host } = env();
  const { protocol, hostname } = new URL(publicUrl);
  const local = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  const check = 'address';
  if (local && host !== '127.0.0.1' && host !== 'localhost' && host !== '::1')
    return {
      check,
      state: 'warn',
      says: `Ensemble listens on ${host} and calls itself ${publicUrl}.`,
      fix: 'Set ENSEMBLE_URL to the address people use.',
    };
  if (!local && protocol === 'http:')
    return {
      check,
      state: 'warn',
      says: `${publicUrl} sends passwords in clear.`,
      fix: 'Put a proxy with TLS in front and set ENSEMBLE_URL to its https address.',
    };
  return { check, state: 'ok', says: `people reach it at ${publicUrl}.` };
}
