import { z } from 'zod';
import { getChange, listChanges } from '../../sessions/changes.ts';
import { createFile, deletePath, discardFile, renamePath, restoreFile } from '../../sessions/file-commands.ts';
import { createFileInput, renamePathInput, restoreFileInput } from '../../sessions/file-commands.ts';
import { listFiles } from '../../sessions/list-files.ts';
import { openFile, openFileInput } from '../../sessions/open-file.ts';
import { readFileInput, readSessionFile } from '../../sessions/read-file.ts';
import { pagedByKey, pageOf, pageQuery } from './page.ts';
import { param, reply, restRoute, type RestRoute } from './route.ts';

const path = readFileInput.shape.path.describe('Path in the repository');
const manyQuery = pageQuery.extend({
  limit: z.coerce.number().int().min(1).max(5000).default(1000).describe('How many at most'),
});
const isCurrent = z
  .boolean()
  .describe('False when the room did not answer in time: then the latest typing is not in it yet');

const file = z.object({
  path: z.string(),
  kind: z.enum(['file', 'executable', 'symlink', 'submodule']),
  sizeBytes: z.number().int().nullable().describe('Size in bytes; null for a submodule'),
  fileId: z.string().nullable().describe('The file’s key in the room’s document; null while it is not open there'),
  change: z.enum(['added', 'modified']).nullable(),
});

const changed = z.object({
  path: z.string(),
  status: z.enum(['added', 'modified', 'deleted']),
  isModeChange: z.boolean().describe('Whether its executable bit changed'),
});

const side = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('absent').describe('There is no such file') }),
  z.object({ kind: z.literal('text'), text: z.string(), sizeBytes: z.number().int() }),
  z.object({
    kind: z.literal('other').describe('It has no text to show'),
    reason: z.enum(['binary', 'encoding', 'mixed_eol', 'too_large', 'symlink', 'submodule']),
    sizeBytes: z.number().int().nullable(),
  }),
]);

const reading: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/files',
    operationId: 'listFiles',
    summary: 'The tree of a session, with what people typed until now',
    tag: 'Files',
    query: manyQuery,
    answers: {
      200: {
        description: 'A page of files, by path',
        schema: pageOf(file).extend({ deleted: z.array(z.string()), commit: z.string(), isCurrent }),
      },
    },
    async handle(call) {
      const files = await listFiles(call.ctx, { sessionId: param(call, 'sessionId') });
      return reply(200, { ...files, ...pagedByKey(files.items, (one) => one.path, call.query) });
    },
  }),
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/files/text',
    operationId: 'readFile',
    summary: 'The text of a file as it is in the session now',
    tag: 'Files',
    query: z.object({ path }),
    answers: {
      200: {
        description: 'The file’s text, with LF at the end of each line',
        schema: z.object({
          path: z.string(),
          text: z.string(),
          sizeBytes: z.number().int(),
          commit: z.string(),
          isCurrent,
        }),
      },
    },
    async handle(call) {
      const sessionId = param(call, 'sessionId');
      return reply(200, await readSessionFile(call.ctx, { sessionId, path: call.query.path }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/files/open',
    operationId: 'openFile',
    summary: 'Bring a file’s text into the room; whoever asks first, all get the same file',
    tag: 'Files',
    body: z.object({
      path,
      normaliseEol: openFileInput.shape.normaliseEol.describe('Consents to one kind of line end in a mixed file'),
    }),
    answers: {
      200: {
        description: 'The file is in the room',
        schema: z.object({
          fileId: z.string(),
          path: z.string(),
          sizeBytes: z.number().int(),
          eol: z.enum(['lf', 'crlf']).describe('The line ends it is stored with'),
        }),
      },
    },
    async handle(call) {
      return reply(200, await openFile(call.ctx, { sessionId: param(call, 'sessionId'), ...call.body }));
    },
  }),
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/changes',
    operationId: 'listChanges',
    summary: 'What is not committed yet',
    tag: 'Files',
    query: manyQuery,
    answers: {
      200: {
        description: 'A page of changed files, by path',
        schema: pageOf(changed).extend({ baseCommit: z.string(), commit: z.string(), isCurrent }),
      },
    },
    async handle(call) {
      const changes = await listChanges(call.ctx, { sessionId: param(call, 'sessionId') });
      return reply(200, { ...changes, ...pagedByKey(changes.items, (one) => one.path, call.query) });
    },
  }),
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/changes/file',
    operationId: 'getChange',
    summary: 'Both sides of one uncommitted change',
    tag: 'Files',
    query: z.object({ path }),
    answers: {
      200: {
        description: 'The file before and now',
        schema: changed.extend({
          base: side.describe('As last committed'),
          current: side.describe('As it is in the session now'),
        }),
      },
    },
    async handle(call) {
      const sessionId = param(call, 'sessionId');
      return reply(200, await getChange(call.ctx, { sessionId, path: call.query.path }));
    },
  }),
];

const changing: RestRoute[] = [
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/files',
    operationId: 'createFile',
    summary: 'Make a file',
    tag: 'Files',
    body: z.object({ path, text: createFileInput.shape.text.describe('Its text; empty without one') }),
    answers: {
      201: { description: 'The file', schema: z.object({ fileId: z.string(), path: z.string() }) },
    },
    async handle(call) {
      const sessionId = param(call, 'sessionId');
      return reply(201, await createFile(call.ctx, { sessionId, ...call.body }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/files/rename',
    operationId: 'renamePath',
    summary: 'Rename or move a file, or a folder with all in it',
    tag: 'Files',
    body: z.object({
      from: renamePathInput.shape.from.describe('Its path now'),
      to: renamePathInput.shape.to.describe('Its new path'),
    }),
    answers: {
      200: {
        description: 'Done',
        schema: z.object({
          paths: z.array(z.object({ from: z.string(), to: z.string() })).describe('Each file that moved'),
          commit: z.string().describe('The session’s state afterwards'),
        }),
      },
    },
    async handle(call) {
      const sessionId = param(call, 'sessionId');
      return reply(200, await renamePath(call.ctx, { sessionId, ...call.body }));
    },
  }),
  restRoute({
    method: 'DELETE',
    path: '/sessions/{sessionId}/files',
    operationId: 'deletePath',
    summary: 'Delete a file, or a folder with all in it',
    tag: 'Files',
    query: z.object({ path }),
    answers: {
      200: {
        description: 'Done',
        schema: z.object({ paths: z.array(z.string()), commit: z.string(), restoreCommit: z.string() }),
      },
    },
    async handle(call) {
      const sessionId = param(call, 'sessionId');
      return reply(200, await deletePath(call.ctx, { sessionId, path: call.query.path }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/files/discard',
    operationId: 'discardFile',
    summary: 'Give a file its committed state back',
    tag: 'Files',
    body: z.object({ path }),
    answers: {
      200: { description: 'Done', schema: z.object({ path: z.string(), restoreCommit: z.string() }) },
    },
    async handle(call) {
      const sessionId = param(call, 'sessionId');
      return reply(200, await discardFile(call.ctx, { sessionId, ...call.body }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/files/restore',
    operationId: 'restoreFile',
    summary: 'Give a file the state it has in a commit: undoes a discard or a deletion',
    tag: 'Files',
    body: z.object({ path, commit: restoreFileInput.shape.commit.describe('Full name of the commit') }),
    answers: { 200: { description: 'Done', schema: z.object({ path: z.string() }) } },
    async handle(call) {
      const sessionId = param(call, 'sessionId');
      return reply(200, await restoreFile(call.ctx, { sessionId, ...call.body }));
    },
  }),
];

export const sessionFileRoutes: RestRoute[] = [...reading, ...changing];
