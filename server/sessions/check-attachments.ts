import { and, eq, inArray } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { AgentDescription } from '../core/agent-description.ts';
import type { PromptAttachment } from '../core/attachment.ts';
import { AppError } from '../core/errors.ts';
import { repoPathProblem } from '../core/repo-path.ts';

/**
 * What goes with a prompt is of this session, names places that can be, and is something the agent takes.
 * @throws AppError `unsupported` when the agent takes no such thing, `invalid`, `not_found`
 */
export async function checkAttachments(
  ctx: Context,
  of: { sessionId: string; teamId: string; agent: AgentDescription; attachments: readonly PromptAttachment[] },
): Promise<void> {
  const { agent, attachments } = of;
  if (attachments.length === 0) return;
  if (!agent.needsModel)
    throw new AppError(
      'unsupported',
      `${agent.title} is a program that reads the words of a prompt and nothing beside them. Write the paths into the words, or choose another agent.`,
    );
  if (attachments.some(({ kind }) => kind === 'image') && agent.images !== true)
    throw new AppError('unsupported', `${agent.title} takes no images. Take them away, or choose another agent.`);
  for (const attachment of attachments) {
    const problem = 'path' in attachment ? repoPathProblem(attachment.path) : undefined;
    if (problem !== undefined) throw new AppError('invalid', `A path that goes with the prompt ${problem}.`);
  }
  await requireOfSession(ctx, of);
}

async function requireOfSession(
  ctx: Context,
  of: { sessionId: string; teamId: string; attachments: readonly PromptAttachment[] },
): Promise<void> {
  const { run, suggestion, promptImage } = schema;
  const { sessionId, teamId, attachments } = of;
  const ids = {
    run: attachments.flatMap((each) => (each.kind === 'run' ? [each.runId] : [])),
    suggestion: attachments.flatMap((each) => (each.kind === 'suggestion' ? [each.suggestionId] : [])),
    image: attachments.flatMap((each) => (each.kind === 'image' ? [each.imageId] : [])),
  };
  const found = await Promise.all([
    ctx.db
      .select({ id: run.id })
      .from(run)
      .where(and(inArray(run.id, ids.run), eq(run.sessionId, sessionId), eq(run.teamId, teamId))),
    ctx.db
      .select({ id: suggestion.id })
      .from(suggestion)
      .where(
        and(inArray(suggestion.id, ids.suggestion), eq(suggestion.sessionId, sessionId), eq(suggestion.teamId, teamId)),
      ),
    ctx.db
      .select({ id: promptImage.id })
      .from(promptImage)
      .where(
        and(inArray(promptImage.id, ids.image), eq(promptImage.sessionId, sessionId), eq(promptImage.teamId, teamId)),
      ),
  ]);
  const known = new Set(found.flat().map(({ id }) => id));
  if ([...ids.run, ...ids.suggestion, ...ids.image].every((id) => known.has(id))) return;
  throw new AppError(
    'not_found',
    'Something that goes with the prompt is not of this session, or is gone. Take it away.',
  );
}
