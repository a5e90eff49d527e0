import { z } from 'zod';
import { requireScope } from '../../auth/authorize.ts';
import { approvalNeeds } from '../../core/guard/approval.ts';
import { isEndedRun, runStates } from '../../core/run-state.ts';
import { runModes, usageSchema, type SessionEvent } from '../../core/session-event.ts';
import { decidePermission, decidePermissionInput } from '../../runs/decide-permission.ts';
import { listAgents } from '../../runs/list-agents.ts';
import { getRun, listRunEvents, listRuns, listSessionEvents } from '../../runs/queries.ts';
import { requestCancel } from '../../runs/request-cancel.ts';
import { watchRun, watchSession } from '../../runs/watch.ts';
import { promptText } from '../../sessions/prepare-prompt.ts';
import { sendPrompt, sendPromptInput } from '../../sessions/send-prompt.ts';
import { getSession } from '../../sessions/queries.ts';
import type { Context } from '../../context.ts';
import { cursorOf, event, eventPage, eventsQuery, streamEvents, wantsStream } from './event-stream.ts';
import { absentWhenNull, instant } from './fields.ts';
import { paged, pageOf, pageQuery } from './page.ts';
import { answered, param, reply, restRoute, type RestRoute } from './route.ts';

const agent = z.object({
  name: z.string().describe('The name prompts take'),
  title: z.string(),
  description: z.string(),
  needsModel: z.boolean().describe('Whether it works with a language model'),
  modes: z.array(z.enum(runModes)).describe('The modes it offers'),
  defaultMode: z.enum(runModes).describe('The mode of a prompt that names none'),
  availability: z
    .discriminatedUnion('ok', [
      z.object({ ok: z.literal(true).describe('It can run') }),
      z.object({
        ok: z.literal(false).describe('It cannot run'),
        reason: z.string(),
        fix: z.string().describe('What to do about it'),
      }),
    ])
    .describe('Whether it can run now'),
  installation: z
    .object({
      version: z.string().describe('The version that is installed, or would be'),
      licence: z.string(),
      terms: z.string().optional().describe('Where further terms are found'),
      sizeBytes: z.number().describe('On disk'),
      state: z.enum(['installed', 'outdated', 'broken', 'missing']),
    })
    .optional()
    .describe('Of an agent that is not a part of Ensemble: what is installed of it'),
});

const runSummary = z.object({
  id: z.string(),
  sessionId: z.string(),
  state: z.enum(runStates).describe('`waiting`: the agent asked something and nobody has answered'),
  agent: z.string(),
  model: z.string().nullable(),
  mode: z.enum(runModes),
  prompt: z.string(),
  askedBy: z.string().describe('Id of the person who asked'),
  attempt: z.number().int(),
  baseCommit: z.string().nullable().describe('The state of the session the agent began from; null before it began'),
  usage: usageSchema.nullable(),
  error: absentWhenNull(z.string()),
  cancelRequestedAt: instant.nullable().describe('When somebody asked to stop it'),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
});

const run = runSummary.extend({
  suggestionId: absentWhenNull(z.string().describe('The suggestion it made')),
  permissions: z.array(
    z.object({
      id: z.string(),
      toolCallId: z.string().nullable(),
      request: z.record(z.string(), z.unknown()),
      needs: approvalNeeds.nullable().describe('Who may allow it; null: whoever may approve'),
      allowedBy: z.array(z.string()).describe('Ids of the people who have allowed it while more are needed'),
      createdAt: instant,
    }),
  ),
});

export const promptBody = z.object({
  text: promptText.describe('What is asked for'),
  agent: sendPromptInput.shape.agent.describe('The name of the agent'),
  model: sendPromptInput.shape.model.describe('The model, for agents that have several'),
  mode: sendPromptInput.shape.mode.describe('How far the agent may go; its default mode without one'),
  newerEdits: sendPromptInput.shape.newerEdits.describe(
    'Whether edits of people since the conversation’s last turn are brought into its files first; `merge` without it',
  ),
});

const prompting: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/agents',
    operationId: 'listAgents',
    summary: 'The agents of the installation, with whether each can run',
    tag: 'Runs',
    query: pageQuery,
    answers: { 200: { description: 'A page of agents, by name', schema: pageOf(agent) } },
    async handle({ ctx, query }) {
      requireScope(ctx, 'read');
      return reply(
        200,
        paged(await listAgents(ctx), (one) => one.name, query),
      );
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/prompts',
    operationId: 'sendPrompt',
    summary: 'Ask an agent for something; its run is queued',
    tag: 'Runs',
    body: promptBody,
    answers: { 201: { description: 'The run', schema: z.object({ runId: z.string() }) } },
    async handle(call) {
      return reply(201, await sendPrompt(call.ctx, { sessionId: param(call, 'sessionId'), ...call.body }));
    },
  }),
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/runs',
    operationId: 'listRuns',
    summary: 'The runs of a session: those at work and queued first, then the latest 200 that ended',
    tag: 'Runs',
    query: pageQuery,
    answers: { 200: { description: 'A page of runs', schema: pageOf(runSummary) } },
    async handle(call) {
      const { active, ended } = await listRuns(call.ctx, { sessionId: param(call, 'sessionId'), limit: 200 });
      return reply(
        200,
        paged([...active, ...ended], (one) => one.id, call.query),
      );
    },
  }),
  restRoute({
    method: 'GET',
    path: '/runs/{runId}',
    operationId: 'getRun',
    summary: 'How a run stands',
    tag: 'Runs',
    answers: { 200: { description: 'The run', schema: run } },
    async handle(call) {
      return reply(200, await getRun(call.ctx, param(call, 'runId')));
    },
  }),
];

const eventAnswers = {
  200: { description: 'A page of entries, or the stream of them', schema: pageOf(event), stream: 'text/event-stream' },
  204: { description: 'To a reader that comes back to the stream of an ended run: there is nothing more' },
} as const;

const watching: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/runs/{runId}/events',
    operationId: 'runEvents',
    summary: 'What a run did, as a page or as a stream that ends with the run',
    tag: 'Runs',
    query: eventsQuery,
    answers: eventAnswers,
    async handle(call) {
      const { ctx, req, res, query } = call;
      const runId = param(call, 'runId');
      const afterSeq = cursorOf(req, query);
      if (!wantsStream(req, query)) {
        const entries = await listRunEvents(ctx, { runId, afterSeq, limit: query.limit });
        return reply(200, eventPage(entries, query.limit));
      }
      const { state } = await getRun(ctx, runId);
      if (!isEndedRun(state)) {
        await streamEvents({ req, res }, (signal) => watchRun(ctx, { runId, afterSeq, signal }));
        return answered;
      }
      const rest = await listRunEvents(ctx, { runId, afterSeq, limit: 1 });
      // A browser's EventSource comes back for ever unless it is told that nothing follows.
      if (rest.length === 0) return reply(204, undefined);
      await streamEvents({ req, res }, () => endedRun(ctx, { runId, afterSeq }));
      return answered;
    },
  }),
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/events',
    operationId: 'sessionEvents',
    summary: 'Everything that happened in a session, as a page or as a stream',
    tag: 'Sessions',
    query: eventsQuery,
    answers: { 200: eventAnswers[200] },
    async handle(call) {
      const { ctx, req, res, query } = call;
      const sessionId = param(call, 'sessionId');
      const afterSeq = cursorOf(req, query);
      if (!wantsStream(req, query)) {
        const entries = await listSessionEvents(ctx, { sessionId, afterSeq, limit: query.limit });
        return reply(200, eventPage(entries, query.limit));
      }
      await getSession(ctx, { sessionId });
      await streamEvents({ req, res }, (signal) => watchSession(ctx, { sessionId, afterSeq, signal }));
      return answered;
    },
  }),
];

async function* endedRun(ctx: Context, from: { runId: string; afterSeq: number }): AsyncGenerator<SessionEvent[]> {
  let { afterSeq } = from;
  for (;;) {
    const batch = await listRunEvents(ctx, { runId: from.runId, afterSeq, limit: 500 });
    const last = batch.at(-1);
    if (!last) return;
    afterSeq = last.seq;
    yield batch;
  }
}

const steering: RestRoute[] = [
  restRoute({
    method: 'POST',
    path: '/runs/{runId}/cancel',
    operationId: 'cancelRun',
    summary: 'Stop a run: a queued one at once, one at work within a second',
    tag: 'Runs',
    answers: { 200: { description: 'The run as it is now', schema: run } },
    async handle(call) {
      const runId = param(call, 'runId');
      await requestCancel(call.ctx, { runId });
      return reply(200, await getRun(call.ctx, runId));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/runs/{runId}/permissions/{permissionId}',
    operationId: 'decidePermission',
    summary: 'Answer what an agent asks; the first answer counts, unless several people are needed',
    tag: 'Runs',
    body: z.object({
      decision: decidePermissionInput.shape.decision.describe('Whether the agent may'),
      scope: decidePermissionInput.shape.scope.describe(
        '`once`: this time only; `run`: whenever this run asks for the same',
      ),
      reason: decidePermissionInput.shape.reason.describe('Why, in words; the agent is told'),
    }),
    answers: { 200: { description: 'The run as it is now', schema: run } },
    async handle(call) {
      const runId = param(call, 'runId');
      await decidePermission(call.ctx, { runId, permissionId: param(call, 'permissionId'), ...call.body });
      return reply(200, await getRun(call.ctx, runId));
    },
  }),
];

export const runRoutes: RestRoute[] = [...prompting, ...watching, ...steering];
