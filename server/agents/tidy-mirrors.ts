import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { and, inArray, isNotNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { env } from '../platform/env.ts';
import { removeKeptFilesBefore } from '../workspace/kept-files.ts';
import { removeHomes, removeHomesBefore } from '../workspace/kept-home.ts';
import { removeProjectFiles } from '../workspace/project-files.ts';

/** As in the installation's data folder: how long what an agent remembers is kept, and files from before its actions. */
const homeDays = 30;
const keptDays = 14;

const everyMs = 10 * 60_000;
let lastAt = Number.NEGATIVE_INFINITY;

/**
 * On a machine with a data folder of its own: removes the mirrors of deleted projects, and homes of deleted sessions and of long ago.
 * All of it comes back by itself when it is needed again. What no row names is left alone: the database may be the wrong one.
 */
export async function tidyMirrors(ctx: Context): Promise<void> {
  if (performance.now() - lastAt < everyMs) return;
  lastAt = performance.now();
  const { project, session } = schema;
  const projects = (await foldersIn('repos')).map((folder) => folder.replace(/\.git$/, ''));
  for (const id of await deletedOf(ctx, project, projects)) await removeProjectFiles(id);
  for (const id of await deletedOf(ctx, session, await foldersIn('homes'))) await removeHomes(id);
  await removeHomesBefore(daysAgo(ctx, homeDays));
  await removeKeptFilesBefore(daysAgo(ctx, keptDays));
}

const daysAgo = (ctx: Context, days: number) => new Date(ctx.now().getTime() - days * 86_400_000);

const foldersIn = (name: string) => readdir(path.join(env().dataDir, name)).catch(() => [] as string[]);

async function deletedOf(
  ctx: Context,
  table: typeof schema.project | typeof schema.session,
  ids: string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await ctx.db
    .select({ id: table.id })
    .from(table)
    .where(and(inArray(table.id, ids), isNotNull(table.deletedAt)));
  return rows.map(({ id }) => id);
}
