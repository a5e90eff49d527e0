import { z } from 'zod';
import { branchHistory } from '../../sessions/branch-history.ts';
import { createCommit, createCommitInput } from '../../sessions/create-commit.ts';
import { fetchUpstream } from '../../sessions/fetch-upstream.ts';
import { mergeBranch } from '../../sessions/merge-branch.ts';
import { proposeCommit } from '../../sessions/propose-commit.ts';
import { pushBranch } from '../../sessions/push-branch.ts';
import { absentWhenNull, instant } from './fields.ts';
import { pageOf, pageQuery } from './page.ts';
import { param, reply, restRoute, type RestRoute } from './route.ts';

const contributors = {
  people: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      typed: z.boolean().describe('Typed text that is in it'),
      prompted: z.boolean().describe('Asked for a suggestion that is in it'),
    }),
  ),
  runs: z.array(
    z.object({
      runId: z.string(),
      agent: z.string(),
      model: z.string().nullable(),
      hunks: z.number().int().describe('How many of its hunks were accepted'),
    }),
  ),
};

const pushState = z
  .enum(['none', 'pushed', 'refused'])
  .describe('`none`: nowhere to push to, or not pushed yet; `refused`: see `pushError`');
const pushError = absentWhenNull(z.string().describe('Why the other server refused, and what to do'));

const commit = z.object({
  commit: z.string(),
  branch: z.string(),
  message: z.string().describe('The whole message, with the trailers that were added'),
  provenance: z.object(contributors),
  pushState,
  pushError,
});

const merged = z.object({
  commit: z.string().describe('The commit that changes are counted from now'),
  paths: z.array(z.string()).describe('Files that changed in the session'),
  conflicts: z
    .array(z.string())
    .describe('Files to look at before committing: both versions stand between marks, or the session’s was kept'),
});

const committing: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/commits/proposal',
    operationId: 'proposeCommit',
    summary: 'What a commit of the session would hold, with a message to start from',
    tag: 'Commits',
    answers: {
      200: {
        description: 'The proposal',
        schema: z.object({
          message: z.string().describe('A message to start from; trailers are added when the commit is made'),
          files: z.array(
            z.object({ path: z.string(), status: z.enum(['added', 'modified', 'deleted', 'typechange']) }),
          ),
          ...contributors,
          branchMoved: z.boolean().describe('Others committed to the branch: merge first'),
          merging: z.boolean().describe('A merge with the upstream waits for this commit'),
          willPush: z.boolean().describe('Whether the commit is pushed at once'),
        }),
      },
    },
    async handle(call) {
      return reply(200, await proposeCommit(call.ctx, { sessionId: param(call, 'sessionId') }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/commits',
    operationId: 'createCommit',
    summary: 'Commit the session’s state to its branch, and push it where an upstream and a credential are set',
    tag: 'Commits',
    body: z.object({
      message: createCommitInput.shape.message.describe(
        'The message; trailers with everyone who contributed are added',
      ),
    }),
    answers: { 201: { description: 'The commit', schema: commit } },
    async handle(call) {
      return reply(201, await createCommit(call.ctx, { sessionId: param(call, 'sessionId'), ...call.body }));
    },
  }),
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/commits',
    operationId: 'branchHistory',
    summary: 'The commits of the session’s branch, newest first',
    tag: 'Commits',
    query: pageQuery,
    answers: {
      200: {
        description: 'A page of commits',
        schema: pageOf(
          z.object({
            commit: z.string(),
            parents: z.array(z.string()),
            subject: z.string().describe('First line of the message'),
            body: z.string().describe('The rest of the message'),
            author: z.object({ name: z.string(), email: z.string() }),
            at: instant,
            made: z
              .object({ sessionId: z.string(), pushState, pushError })
              .optional()
              .describe('For commits that were made from a session'),
          }),
        ).extend({ branch: z.string() }),
      },
    },
    async handle(call) {
      const page = await branchHistory(call.ctx, { sessionId: param(call, 'sessionId'), ...call.query });
      return reply(200, { ...page, nextCursor: page.nextCursor ?? null });
    },
  }),
];

const exchanging: RestRoute[] = [
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/merge',
    operationId: 'mergeBranch',
    summary: 'Bring what others committed to the branch into the session',
    tag: 'Commits',
    answers: { 200: { description: 'What changed', schema: merged } },
    async handle(call) {
      return reply(200, await mergeBranch(call.ctx, { sessionId: param(call, 'sessionId') }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/fetch',
    operationId: 'fetchUpstream',
    summary: 'Fetch the branch from the project’s upstream and merge it into the session',
    tag: 'Commits',
    answers: {
      200: {
        description: 'What changed',
        schema: merged.extend({
          state: z
            .enum(['up_to_date', 'merged', 'merging'])
            .describe('`merging`: the session’s next commit joins both histories'),
        }),
      },
    },
    async handle(call) {
      return reply(200, await fetchUpstream(call.ctx, { sessionId: param(call, 'sessionId') }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/push',
    operationId: 'pushBranch',
    summary: 'Push the session’s branch to the project’s upstream, never by force',
    tag: 'Commits',
    answers: { 200: { description: 'What was pushed', schema: z.object({ commit: z.string() }) } },
    async handle(call) {
      return reply(200, await pushBranch(call.ctx, { sessionId: param(call, 'sessionId') }));
    },
  }),
];

export const commitRoutes: RestRoute[] = [...committing, ...exchanging];
