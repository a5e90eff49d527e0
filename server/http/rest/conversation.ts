import { z } from 'zod';
import { restoreThread } from '../../runs/threads/restore-thread.ts';
import { steerRun } from '../../sessions/steer-run.ts';
import { interruptRun } from '../../sessions/interrupt-run.ts';
import {
  declineProposal,
  declineProposalInput,
  sendProposal,
  withdrawProposal,
} from '../../sessions/decide-proposal.ts';
import { promptText } from '../../sessions/prepare-prompt.ts';
import { proposePrompt, proposePromptInput } from '../../sessions/propose-prompt.ts';
import { param, reply, restRoute, type RestRoute } from './route.ts';
import { promptBody } from './runs.ts';

const intoTurns: RestRoute[] = [
  restRoute({
    method: 'POST',
    path: '/runs/{runId}/steer',
    operationId: 'steerRun',
    summary: 'Say something into a run that is at work; where its agent cannot hear it, it is the next prompt',
    tag: 'Runs',
    body: z.object({ text: promptText.describe('What is said to the agent') }),
    answers: {
      201: {
        description: 'What became of it so far',
        schema: z.object({
          steerId: z.string().describe('Names the words in the events of the session'),
          outcome: z.enum(['waiting', 'next']).describe('`waiting`: the agent is told; `next`: it is the next prompt'),
        }),
      },
    },
    async handle(call) {
      return reply(201, await steerRun(call.ctx, { runId: param(call, 'runId'), ...call.body }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/interrupt',
    operationId: 'interruptRun',
    summary: 'Stop the run at work in a session and go on with this prompt at once',
    tag: 'Runs',
    body: promptBody,
    answers: {
      201: {
        description: 'The run of the prompt',
        schema: z.object({
          runId: z.string(),
          stopped: z.string().nullable().describe('The run that is stopped; null when none was at work'),
        }),
      },
    },
    async handle(call) {
      return reply(201, await interruptRun(call.ctx, { sessionId: param(call, 'sessionId'), ...call.body }));
    },
  }),
];

const restoring: RestRoute[] = [
  restRoute({
    method: 'POST',
    path: '/runs/{runId}/restore',
    operationId: 'restoreRunFiles',
    summary: 'Put the files of a conversation back to how they were after this run; its next run begins with them',
    tag: 'Runs',
    answers: {
      200: {
        description: 'The conversation',
        schema: z.object({
          threadId: z.string().describe('The conversation, as its prompts name it'),
          agent: z.string().describe('The agent of the conversation'),
        }),
      },
    },
    async handle(call) {
      return reply(200, await restoreThread(call.ctx, { runId: param(call, 'runId') }));
    },
  }),
];

const decided = { 204: { description: 'Done' } } as const;

const proposals: RestRoute[] = [
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/proposals',
    operationId: 'proposePrompt',
    summary: 'Propose a prompt; it waits until somebody who may prompt sends it as their own, or declines',
    tag: 'Runs',
    body: z.object({
      text: promptText.describe('What is to be asked for'),
      agent: proposePromptInput.shape.agent.describe('The name of the agent; the one that was asked last without it'),
      mode: proposePromptInput.shape.mode.describe('How far the agent may go'),
    }),
    answers: { 201: { description: 'The proposal', schema: z.object({ proposalId: z.string() }) } },
    async handle(call) {
      return reply(201, await proposePrompt(call.ctx, { sessionId: param(call, 'sessionId'), ...call.body }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/proposals/{proposalId}/send',
    operationId: 'sendProposal',
    summary: 'Send a proposal as one’s own prompt, saying whose words they are',
    tag: 'Runs',
    answers: { 201: { description: 'The run', schema: z.object({ runId: z.string() }) } },
    async handle(call) {
      return reply(201, await sendProposal(call.ctx, { proposalId: param(call, 'proposalId') }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/proposals/{proposalId}/decline',
    operationId: 'declineProposal',
    summary: 'Decline a proposal',
    tag: 'Runs',
    body: z.object({ reason: declineProposalInput.shape.reason.describe('Why, in words; its author is told') }),
    answers: decided,
    async handle(call) {
      await declineProposal(call.ctx, { proposalId: param(call, 'proposalId'), ...call.body });
      return reply(204, undefined);
    },
  }),
  restRoute({
    method: 'POST',
    path: '/proposals/{proposalId}/withdraw',
    operationId: 'withdrawProposal',
    summary: 'Take one’s own proposal back',
    tag: 'Runs',
    answers: decided,
    async handle(call) {
      await withdrawProposal(call.ctx, { proposalId: param(call, 'proposalId') });
      return reply(204, undefined);
    },
  }),
];

export const conversationRoutes: RestRoute[] = [...intoTurns, ...restoring, ...proposals];
