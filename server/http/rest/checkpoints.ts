import { z } from 'zod';
import { listCheckpoints } from '../../sessions/checkpoint-queries.ts';
import { previewRestore, previewRestoreInput } from '../../sessions/preview-restore.ts';
import { restoreCheckpoint } from '../../sessions/restore-checkpoint.ts';
import { saveCheckpoint, saveCheckpointInput } from '../../sessions/save-checkpoint.ts';
import { actorRef, instant } from './fields.ts';
import { pageOf, pageQuery } from './page.ts';
import { param, reply, restRoute, type RestRoute } from './route.ts';

const checkpoint = z.object({
  id: z.string(),
  kind: z.enum(['named', 'auto']).describe('`auto`: made by itself, and thinned as it ages'),
  name: z.string().nullable(),
  title: z.string().describe('The name, or why it was made, in words'),
  actor: actorRef.describe('At whose act it was made'),
  createdAt: instant,
  changedFiles: z.number().int().describe('Files that differ from the checkpoint before'),
  addedLines: z.number().int(),
  removedLines: z.number().int(),
});

const paths = previewRestoreInput.shape.paths.describe('Only these files; all of them without it');

const preview = z.object({
  title: z.string().describe('The checkpoint in words'),
  files: z.array(
    z.object({
      path: z.string(),
      change: z.enum(['changed', 'back', 'gone']).describe('`back`: deleted since; `gone`: made since'),
      added: z.number().int().describe('Lines that come back'),
      removed: z.number().int().describe('Lines that go'),
      isCommitted: z.boolean().describe('Whether the branch keeps the file as it is now'),
    }),
  ),
  hidden: z
    .array(
      z.object({
        author: actorRef,
        prompt: z.string().nullable().describe('What an agent was asked'),
        files: z.array(z.string()),
        lines: z.number().int().describe('Lines of theirs that are not in the checkpoint'),
      }),
    )
    .describe('Whose work since then it hides'),
  commits: z.array(z.object({ commit: z.string(), message: z.string() })).describe('Made since; the branch keeps them'),
  isCurrent: z.boolean().describe('False when the room did not answer: people may have typed more'),
});

const restored = z.object({
  paths: z.array(z.string()).describe('Files that changed'),
  left: z.array(z.object({ path: z.string(), reason: z.string() })).describe('Files that stay as they are, and why'),
  undoId: z.string().nullable().describe('The checkpoint that brings back what was there; null when nothing changed'),
});

export const checkpointRoutes: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/checkpoints',
    operationId: 'listCheckpoints',
    summary: 'The checkpoints of a session, newest first',
    tag: 'Checkpoints',
    query: pageQuery,
    answers: { 200: { description: 'A page of checkpoints', schema: pageOf(checkpoint) } },
    async handle(call) {
      const page = await listCheckpoints(call.ctx, { sessionId: param(call, 'sessionId'), ...call.query });
      return reply(200, { ...page, nextCursor: page.nextCursor ?? null });
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/checkpoints',
    operationId: 'saveCheckpoint',
    summary: 'Keep the session as it is now under a name',
    tag: 'Checkpoints',
    body: z.object({ name: saveCheckpointInput.shape.name.describe('What to call it') }),
    answers: { 201: { description: 'The checkpoint', schema: z.object({ id: z.string(), name: z.string() }) } },
    async handle(call) {
      return reply(201, await saveCheckpoint(call.ctx, { sessionId: param(call, 'sessionId'), ...call.body }));
    },
  }),
  restRoute({
    method: 'GET',
    path: '/checkpoints/{checkpointId}/preview',
    operationId: 'previewRestore',
    summary: 'What restoring a checkpoint would change, and whose later work it would hide',
    tag: 'Checkpoints',
    answers: { 200: { description: 'The preview', schema: preview } },
    async handle(call) {
      return reply(200, await previewRestore(call.ctx, { checkpointId: param(call, 'checkpointId') }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/checkpoints/{checkpointId}/restore',
    operationId: 'restoreCheckpoint',
    summary:
      'Give the session the state of a checkpoint again, as a new state; what it was is kept as another checkpoint',
    tag: 'Checkpoints',
    body: z.object({ paths }),
    answers: { 200: { description: 'What changed', schema: restored } },
    async handle(call) {
      return reply(200, await restoreCheckpoint(call.ctx, { checkpointId: param(call, 'checkpointId'), ...call.body }));
    },
  }),
];
