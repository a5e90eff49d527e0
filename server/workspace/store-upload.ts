import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { eq, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeSomeTeam } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';
import { archiveFormat, type ArchiveFormat } from './archive-entries.ts';
import { uploadPath } from './project-files.ts';

/** The largest archive that is taken. */
export const maxUploadBytes = 500 * 1024 ** 2;
/** An upload that no project was made of is removed after this. */
const keptMs = 24 * 3_600_000;
/** What one person may have uploaded that no project was made of. */
export const maxUnused = { count: 5, bytes: 2 * 1024 ** 3 };

/** Uploads this process is receiving, by person: they have no row yet. */
const receiving = new Map<string, number>();

/**
 * Stores the bytes of an archive (.zip or .tar.gz, told by its first bytes) for `createProject`.
 * @throws AppError `forbidden` for who makes no projects, `conflict` when the actor has too many uploads unused (both
 *   before anything of the body is read), `too_large`, or `invalid` for another format; nothing of the bytes stays then
 */
export async function storeUpload(ctx: Context, body: Readable): Promise<{ uploadId: string; sizeBytes: number }> {
  const { personId } = await authorizeSomeTeam(ctx, 'project.create');
  const before = receiving.get(personId) ?? 0;
  receiving.set(personId, before + 1);
  try {
    await requireUnusedBelow(ctx, personId, { count: before + 1, bytes: 1 });
    return await store(ctx, personId, body);
  } finally {
    const left = (receiving.get(personId) ?? 1) - 1;
    if (left > 0) receiving.set(personId, left);
    else receiving.delete(personId);
  }
}

/** @throws AppError `conflict` when so much more would be too much */
async function requireUnusedBelow(ctx: Context, personId: string, more: typeof maxUnused): Promise<void> {
  const { upload } = schema;
  const [unused] = await ctx.db
    .select({ count: sql<number>`count(*)::int`, bytes: sql<number>`coalesce(sum(${upload.sizeBytes}), 0)::float8` })
    .from(upload)
    .where(
      sql`${upload.personId} = ${personId}
        and not exists (select 1 from project p where p.source->>'uploadId' = ${upload.id} and p.status = 'importing')`,
    );
  const { count = 0, bytes = 0 } = unused ?? {};
  if (count + more.count <= maxUnused.count && bytes + more.bytes <= maxUnused.bytes) return;
  throw new AppError(
    'conflict',
    `You may have ${maxUnused.count} uploads, of ${maxUnused.bytes / 1024 ** 3} GB in all, that no project was made of. Make projects of these first, or wait: each is removed a day after it came.`,
  );
}

async function store(ctx: Context, personId: string, body: Readable): Promise<{ uploadId: string; sizeBytes: number }> {
  const uploadId = newId('upl');
  const file = uploadPath(uploadId);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    const { format, sizeBytes } = await receive(body, file);
    await withTransaction(ctx, async (tx) => {
      // Uploads of one person that come through several servers are counted one after the other.
      await tx.db
        .select({ id: schema.person.id })
        .from(schema.person)
        .where(eq(schema.person.id, personId))
        .for('update');
      await requireUnusedBelow(tx, personId, { count: 1, bytes: sizeBytes });
      const expiresAt = new Date(ctx.now().getTime() + keptMs);
      await tx.db.insert(schema.upload).values({ id: uploadId, personId, format, sizeBytes, expiresAt });
      await appendAudit(tx, {
        teamId: null,
        action: 'upload.store',
        resource: { type: 'upload', id: uploadId },
        detail: { format, sizeBytes },
      });
    });
    return { uploadId, sizeBytes };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

async function receive(body: Readable, file: string): Promise<{ format: ArchiveFormat; sizeBytes: number }> {
  let sizeBytes = 0;
  let head = Buffer.alloc(0);
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length;
      if (head.length < 4) head = Buffer.concat([head, chunk.subarray(0, 4)]);
      const size = maxUploadBytes / 1024 ** 2;
      done(
        sizeBytes > maxUploadBytes
          ? new AppError(
              'too_large',
              `The archive is larger than ${size} MB. Import the repository from its address instead.`,
            )
          : null,
        chunk,
      );
    },
  });
  await pipeline(body, watch, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  const format = archiveFormat(head);
  if (!format)
    throw new AppError('invalid', 'The upload is neither a .zip nor a .tar.gz archive. Upload one of these.');
  return { format, sizeBytes };
}
