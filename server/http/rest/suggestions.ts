import { z } from 'zod';
import { decideAll, decideAllInput, type DecidedAll } from '../../review/decide-all.ts';
import { decideHunk, decideHunkInput } from '../../review/decide-hunk.ts';
import { getSuggestion, listSuggestions, type SuggestionView } from '../../review/queries.ts';
import { revertSuggestion } from '../../review/revert-suggestion.ts';
import { absentWhenNull, instant, personRef } from './fields.ts';
import { paged, pageOf, pageQuery } from './page.ts';
import { param, reply, restRoute, type RestRoute } from './route.ts';

const hunkState = z
  .enum(['unreviewed', 'applying', 'accepted', 'rejected', 'continued'])
  .describe(
    '`applying`: accepted, and the room has not answered yet; it settles by itself; `continued`: a later suggestion of the same conversation has it',
  );

const decidedHunk = z.object({
  id: z.string().describe('Stays the same as long as path, place and texts do'),
  kind: z
    .enum(['text', 'add', 'delete', 'mode', 'replace'])
    .describe('Lines of a text, a new file, a deleted file, the executable bit, or the bytes of a file'),
  path: z.string(),
  oldStart: z.number().int(),
  oldLines: z.number().int(),
  newStart: z.number().int(),
  newLines: z.number().int(),
  baseText: z.string(),
  resultText: z.string(),
  contextBefore: z.string(),
  contextAfter: z.string(),
  state: hunkState,
});

const hunk = decidedHunk.extend({
  decision: z.object({ by: personRef.describe('Who decided'), at: instant, reason: z.string().nullable() }).optional(),
  conflict: z
    .boolean()
    .nullable()
    .describe('Whether accepting would meet a change of people’s; null: only accepting can tell'),
});

const finding = z.object({
  path: z.string(),
  line: z.number().int().nullable().describe('Line of the file afterwards, from 1; null: the file as a whole'),
  severity: z.enum(['note', 'warning', 'error']).describe('How bad it is'),
  message: z.string(),
  source: z.string().describe('Who found it'),
});

const summary = z.object({
  id: z.string(),
  sessionId: z.string(),
  runId: z.string(),
  agent: z.string(),
  model: z.string().nullable(),
  prompt: z.string(),
  askedBy: personRef,
  createdAt: instant,
  refusedReason: absentWhenNull(z.string().describe('Why it is refused as a whole; it has no files then')),
  hunkCount: z.number().int(),
  decidedCount: z.number().int(),
});

const suggestion = summary.extend({
  baseCommit: z.string(),
  resultCommit: z.string(),
  files: z.array(
    z.object({
      path: z.string(),
      status: z.enum(['added', 'modified', 'deleted', 'typechange']),
      oldMode: z.string().describe('git’s mode of the file before'),
      newMode: z.string().describe('git’s mode of the file after'),
      isText: z.boolean().describe('False for files that have no lines to show'),
      hunks: z.array(hunk),
    }),
  ),
  findings: z.array(finding).describe('What checks and reviewers found in it'),
});

type FileView = SuggestionView['files'][number];

/** Findings are told once, in a list of their own. */
function plainFile({ findings: _told, hunks, ...file }: FileView) {
  return { ...file, hunks: hunks.map(({ findings: _also, ...one }) => one) };
}

function findingsIn({ path, findings, hunks }: FileView): z.infer<typeof finding>[] {
  const whole = findings.map((one) => findingAt(one, { path, line: null }));
  const inHunks = hunks.flatMap((one) =>
    one.findings.map((found) => findingAt(found, { path, line: Math.max(1, one.newStart) })),
  );
  return [...whole, ...inHunks];
}

function findingAt(
  { verdict, reason, saferWay, rule }: FileView['findings'][number],
  at: { path: string; line: number | null },
): z.infer<typeof finding> {
  const severity = verdict === 'deny' ? ('error' as const) : ('warning' as const);
  return { ...at, severity, message: saferWay === null ? reason : `${reason} ${saferWay}`, source: `guard: ${rule}` };
}

const decided = z.object({
  decided: z
    .array(z.object({ hunkId: z.string(), path: z.string(), state: hunkState }))
    .describe('The hunks that were decided on'),
  conflicts: z.array(z.object({ hunkId: z.string(), path: z.string(), message: z.string() })),
});

const reading: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/suggestions',
    operationId: 'listSuggestions',
    summary: 'The suggestions of a session, newest first',
    tag: 'Suggestions',
    query: pageQuery,
    answers: { 200: { description: 'A page of suggestions', schema: pageOf(summary) } },
    async handle(call) {
      const items = await listSuggestions(call.ctx, param(call, 'sessionId'));
      return reply(
        200,
        paged(items, (one) => one.id, call.query),
      );
    },
  }),
  restRoute({
    method: 'GET',
    path: '/suggestions/{suggestionId}',
    operationId: 'getSuggestion',
    summary: 'A suggestion with its files and hunks',
    tag: 'Suggestions',
    answers: { 200: { description: 'The suggestion', schema: suggestion } },
    async handle(call) {
      const view = await getSuggestion(call.ctx, param(call, 'suggestionId'));
      return reply(200, { ...view, files: view.files.map(plainFile), findings: view.files.flatMap(findingsIn) });
    },
  }),
];

const conflictNote =
  'Refused with 409 when people changed the same lines: the problem has `base`, `live` and `suggested`; send it again with `resolution`';

const deciding: RestRoute[] = [
  restRoute({
    method: 'POST',
    path: '/suggestions/{suggestionId}/hunks/{hunkId}',
    operationId: 'decideHunk',
    summary: `Accept or reject a hunk, or undo its decision. ${conflictNote}`,
    tag: 'Suggestions',
    body: z.object({
      decision: decideHunkInput.shape.decision.describe('What to do'),
      reason: decideHunkInput.shape.reason.describe('Why, in words'),
      resolution: decideHunkInput.shape.resolution.describe('The text a person chose for the live lines in conflict'),
      resolutionFor: decideHunkInput.shape.resolutionFor.describe(
        'Those live lines as the person saw them: when they are others by now, the conflict comes anew',
      ),
    }),
    answers: {
      200: { description: 'The hunk as it stands now', schema: decidedHunk },
      202: {
        description: 'The room did not answer within 5 s; it will, and the hunk settles by itself',
        schema: decidedHunk,
      },
    },
    async handle(call) {
      const of = { suggestionId: param(call, 'suggestionId'), hunkId: param(call, 'hunkId') };
      const { hunk: about, state } = await decideHunk(call.ctx, { ...of, ...call.body });
      const settled = { accept: 'accepted', reject: 'rejected', undo: 'unreviewed' }[call.body.decision];
      const answer = { ...about, state };
      return state === settled ? reply(200, answer) : reply(202, answer);
    },
  }),
  restRoute({
    method: 'POST',
    path: '/suggestions/{suggestionId}/decide',
    operationId: 'decideAll',
    summary: 'Accept or reject all hunks nobody has decided on',
    tag: 'Suggestions',
    body: z.object({
      decision: decideAllInput.shape.decision.describe('What to do'),
      path: decideAllInput.shape.path.describe('Only the hunks of this file'),
      reason: decideAllInput.shape.reason.describe('Why, in words'),
    }),
    answers: { 200: { description: 'What was decided, and what is left for a person', schema: decided } },
    async handle(call): Promise<{ status: 200; body: DecidedAll }> {
      return reply(200, await decideAll(call.ctx, { suggestionId: param(call, 'suggestionId'), ...call.body }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/suggestions/{suggestionId}/revert',
    operationId: 'revertSuggestion',
    summary: 'Take all accepted hunks out of the session’s text again, committed or not',
    tag: 'Suggestions',
    answers: { 200: { description: 'What was taken out, and what people changed since', schema: decided } },
    async handle(call) {
      return reply(200, await revertSuggestion(call.ctx, { suggestionId: param(call, 'suggestionId') }));
    },
  }),
];

export const suggestionRoutes: RestRoute[] = [...reading, ...deciding];
