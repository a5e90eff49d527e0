import { z } from 'zod';
import { callStates, denialCauses } from '../../core/call-record.ts';
import { clientProtocols } from '../../core/llm-message.ts';
import { noUsage, usageParts } from '../../core/usage.ts';
import { getCall, listCalls, listCallsInput } from '../../governance/usage/list-calls.ts';
import { reportUsage, usageInput } from '../../governance/usage/usage-report.ts';
import { instant } from './fields.ts';
import { pageOf, pageQuery } from './page.ts';
import { reply, restRoute, type RestRoute } from './route.ts';

const whole = z.number().int();
const sum = z.object(
  Object.fromEntries(Object.keys(noUsage).map((name) => [name, whole])) as Record<keyof typeof noUsage, typeof whole>,
);
const row = sum.extend({ key: z.string(), name: z.string() });

const report = z.object({
  month: z.string(),
  isOwn: z.boolean().describe('It is about your own calls alone'),
  total: sum.describe('All calls that ended. `costMicroUsd` holds nothing of what has no price: see `unpricedTokens`'),
  underWay: whole.describe('Calls that have not ended; they are in no figure'),
  parts: z
    .object(
      Object.fromEntries(usageParts.map((part) => [part, z.array(row)])) as Record<
        (typeof usageParts)[number],
        z.ZodArray<typeof row>
      >,
    )
    .describe('The same calls by day, person, …: each part adds up to the total'),
});

const named = z.object({ id: z.string(), name: z.string() });
const count = whole.nullable();

const call = z.object({
  id: z.string(),
  teamId: z.string(),
  state: z.enum(callStates),
  person: named.describe('Whose call it was'),
  project: named.nullable(),
  sessionId: z.string().nullable(),
  runId: z.string().nullable(),
  keyKind: z.enum(['run', 'token']),
  client: z.string().describe('The user agent of the program that called'),
  protocol: z.enum(clientProtocols),
  alias: z.string().describe('The model’s name as it was asked for'),
  providerName: z.string().nullable(),
  upstreamModel: z.string().nullable(),
  place: z.enum(['local', 'remote']).nullable(),
  isStream: z.boolean(),
  rules: z.array(z.object({ id: z.string(), title: z.string() })).describe('Rules of policy that spoke'),
  findings: z
    .array(
      z.object({
        class: z.string(),
        detector: z.string(),
        count: whole,
        action: z.string(),
        inAnswer: z.boolean().optional(),
        places: z
          .array(z.object({ role: z.string(), text: whole, start: whole }))
          .readonly()
          .optional()
          .describe('In which text, counted from 0, from which UTF-16 unit on'),
      }),
    )
    .describe('What was found in the request and in the answer, by class; never the values'),
  deniedBy: z.enum(denialCauses).nullable(),
  errorKind: z.string().nullable(),
  errorMessage: z.string().nullable(),
  inputTokens: count.describe('All of the input, the cached parts included'),
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  thinkingTokens: count.describe('Part of `outputTokens`'),
  costMicroUsd: count.describe('Null: not known, since the call has not ended or its model has no price'),
  isPriced: z.boolean(),
  isEstimate: z.boolean().describe('The tokens were counted here, not told by the upstream'),
  shape: z
    .object({ messages: whole, tools: z.array(z.string()).readonly(), hasImages: z.boolean(), sizeBytes: whole })
    .nullable(),
  latencyMs: count,
  firstByteMs: count,
  requestId: z.string(),
  auditEntryId: z.string(),
  startedAt: instant,
  finishedAt: instant.nullable(),
});

const detail = call.extend({
  hasContent: z.boolean(),
  content: z
    .object({ request: z.string(), answer: z.string(), expiresAt: instant })
    .nullable()
    .describe('Masked, as the upstream saw it; for whoever made the call and admins, where the team records it'),
});

const { since, until, who, model, outcome, deniedBy, rule, finding, about } = listCallsInput.shape;

export const usageRoutes: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/usage',
    operationId: 'getUsage',
    summary: 'Who spent what on models in a month: of the team for leads and admins, for others their own',
    tag: 'Usage',
    query: z.object({
      team: z.string().describe('Slug of the team'),
      month: usageInput.shape.month.describe('Like `2026-11`, in UTC; without it, this month'),
      own: z.enum(['true', 'false']).optional().describe('`true`: only your own calls'),
    }),
    answers: { 200: { description: 'The month', schema: report } },
    handle: async ({ ctx, query }) => reply(200, await reportUsage(ctx, { ...query, own: query.own === 'true' })),
  }),
  restRoute({
    method: 'GET',
    path: '/model-calls',
    operationId: 'listModelCalls',
    summary: 'The record of model calls, newest first: of the team for leads and admins, for others their own',
    tag: 'Usage',
    query: pageQuery.extend({
      team: z.string().describe('Slug of the team'),
      since: since.describe('From this day on, UTC'),
      until: until.describe('Up to this day, UTC'),
      who: who.describe('Whose calls: an id, or a part of the name'),
      model: model.describe('An alias, model or provider, or a part of one'),
      outcome: outcome.describe('Calls that ended so'),
      deniedBy: deniedBy.describe('Calls that this denied'),
      rule: rule.describe('The id of a rule of policy that spoke'),
      finding: finding.describe('A class of what was found in the request'),
      about: about.describe('A run, session or project by id'),
    }),
    answers: { 200: { description: 'A page of calls', schema: pageOf(call) } },
    handle: async ({ ctx, query }) => reply(200, await listCalls(ctx, query)),
  }),
  restRoute({
    method: 'GET',
    path: '/model-calls/{callId}',
    operationId: 'getModelCall',
    summary: 'One model call with everything that is recorded of it',
    tag: 'Usage',
    answers: { 200: { description: 'The call', schema: detail } },
    handle: async ({ ctx, params }) => reply(200, await getCall(ctx, { callId: params['callId'] ?? '' })),
  }),
];
