import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { requirePerson, requireScope } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';
import { archiveFormat, type ArchiveFormat } from './archive-entries.ts';
import { uploadPath } from './project-files.ts';

/** The largest archive that is taken. */
export const maxUploadBytes = 500 * 1024 ** 2;
/** An upload that no project was made of is removed after this. */
const keptMs = 24 * 3_600_000;

/**
 * Stores the bytes of an archive (.zip or .tar.gz, told by its first bytes) for `createProject`.
 * @throws AppError `too_large`, or `invalid` for another format; nothing of the bytes stays then
 */
export async function storeUpload(ctx: Context, body: Readable): Promise<{ uploadId: string; sizeBytes: number }> {
  const actor = requirePerson(ctx);
  requireScope(ctx, 'write');
  const uploadId = newId('upl');
  const file = uploadPath(uploadId);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    const { format, sizeBytes } = await receive(body, file);
    await withTransaction(ctx, async (tx) => {
      const expiresAt = new Date(ctx.now().getTime() + keptMs);
      await tx.db
        .insert(schema.upload)
        .values({ id: uploadId, personId: actor.personId, format, sizeBytes, expiresAt });
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
