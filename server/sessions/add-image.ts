import { and, count, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import { authorizeSession } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { imageKind, maxImageBytes, type ImageType } from '../core/image-kind.ts';
import { newId } from '../platform/ids.ts';
import { requireOpen } from './prepare-prompt.ts';

/** `content` is base64. */
export const addImageInput = z.object({ sessionId: z.string(), content: z.string().max(maxImageBytes * 1.4) });

const mostUnused = 50;

/**
 * Keeps an image for a prompt that is being written.
 * @throws AppError `unsupported` when it is none that models take, `too_large`
 */
export async function addImage(
  ctx: Context,
  given: z.infer<typeof addImageInput>,
): Promise<{ imageId: string; mimeType: ImageType }> {
  const { teamId, actor, session } = await authorizeSession(ctx, given.sessionId, 'prompt');
  requireOpen(session);
  const { sessionId, content } = addImageInput.parse(given);
  const bytes = Buffer.from(content, 'base64');
  if (bytes.length > maxImageBytes)
    throw new AppError('too_large', 'An image may have 4 MB at most. Make it smaller, or cut out what matters.');
  const mimeType = imageKind(bytes);
  if (!mimeType) throw new AppError('unsupported', 'This is not an image that models take: PNG, JPEG, GIF or WebP.');
  const imageId = newId('img');
  const { promptImage } = schema;
  return withTransaction(ctx, async (tx) => {
    const [{ kept } = { kept: 0 }] = await tx.db
      .select({ kept: count() })
      .from(promptImage)
      .where(
        and(
          eq(promptImage.sessionId, sessionId),
          eq(promptImage.teamId, teamId),
          eq(promptImage.personId, actor.personId),
          sql`${promptImage.createdAt} > now() - interval '1 hour'`,
        ),
      );
    if (kept >= mostUnused)
      throw new AppError('rate_limited', `${kept} images in an hour are many. Wait a little, then add this one.`);
    const row = { id: imageId, teamId, sessionId, personId: actor.personId, mimeType, sizeBytes: bytes.length };
    await tx.db.insert(promptImage).values({ ...row, content: bytes });
    await appendAudit(tx, {
      teamId,
      action: 'prompt.image',
      resource: { type: 'session', id: sessionId },
      detail: { imageId, mimeType, sizeBytes: bytes.length },
    });
    return { imageId, mimeType };
  });
}

/** An image of a prompt, for whoever may see the session. */
export async function getImage(
  ctx: Context,
  { imageId }: { imageId: string },
): Promise<{ mimeType: string; content: string }> {
  const { promptImage } = schema;
  const noSuch = () => new AppError('not_found', 'There is no such image, or you have no access to it.');
  const [found] = await ctx.db
    .select({ sessionId: promptImage.sessionId })
    .from(promptImage)
    .where(eq(promptImage.id, imageId));
  const { teamId } = await authorizeParticipant(ctx, found?.sessionId ?? '', 'view').catch((error: unknown) => {
    throw isAppError(error) && error.code === 'not_found' ? noSuch() : error;
  });
  const [image] = await ctx.db
    .select({ mimeType: promptImage.mimeType, content: promptImage.content })
    .from(promptImage)
    .where(and(eq(promptImage.id, imageId), eq(promptImage.teamId, teamId)));
  if (!image) throw noSuch();
  return { mimeType: image.mimeType, content: Buffer.from(image.content).toString('base64') };
}
