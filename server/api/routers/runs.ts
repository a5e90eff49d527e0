import { z } from 'zod';
import { decidePermission, decidePermissionInput } from '../../runs/decide-permission.ts';
import { listAgents } from '../../runs/list-agents.ts';
import { getRun, getRunFile, listRuns } from '../../runs/queries.ts';
import { requestCancel, requestCancelInput } from '../../runs/request-cancel.ts';
import { getRunLimits, setRunLimits, setRunLimitsInput } from '../../runs/set-run-limits.ts';
import { editPrompt, editPromptInput } from '../../sessions/edit-prompt.ts';
import { reorderQueue, reorderQueueInput } from '../../sessions/reorder-queue.ts';
import { interruptRun } from '../../sessions/interrupt-run.ts';
import { retryDenied, retryDeniedInput } from '../../sessions/retry-denied.ts';
import { sendPrompt, sendPromptInput } from '../../sessions/send-prompt.ts';
import { undoAction, undoActionInput } from '../../sessions/undo-action.ts';
import { steerRun, steerRunInput } from '../../sessions/steer-run.ts';
import { participantProcedure, procedure, router } from '../trpc.ts';

const page = z.object({
  sessionId: z.string(),
  beforePosition: z.number().int().optional(),
  limit: z.number().int().min(1).max(200).optional(),
});

export const runsRouter = router({
  send: procedure.input(sendPromptInput).mutation(({ ctx, input }) => sendPrompt(ctx, input)),
  interrupt: procedure.input(sendPromptInput).mutation(({ ctx, input }) => interruptRun(ctx, input)),
  steer: procedure.input(steerRunInput).mutation(({ ctx, input }) => steerRun(ctx, input)),
  editPrompt: procedure.input(editPromptInput).mutation(({ ctx, input }) => editPrompt(ctx, input)),
  reorder: procedure.input(reorderQueueInput).mutation(({ ctx, input }) => reorderQueue(ctx, input)),
  cancel: procedure.input(requestCancelInput).mutation(({ ctx, input }) => requestCancel(ctx, input)),
  retryDenied: procedure.input(retryDeniedInput).mutation(({ ctx, input }) => retryDenied(ctx, input)),
  undoAction: procedure.input(undoActionInput).mutation(({ ctx, input }) => undoAction(ctx, input)),
  decidePermission: procedure.input(decidePermissionInput).mutation(({ ctx, input }) => decidePermission(ctx, input)),
  /** A file as a run at work has it now. */
  file: participantProcedure
    .input(z.object({ runId: z.string(), path: z.string().max(4096) }))
    .query(({ ctx, input }) => getRunFile(ctx, input)),
  get: procedure.input(z.object({ runId: z.string() })).query(({ ctx, input }) => getRun(ctx, input.runId)),
  list: procedure.input(page).query(({ ctx, input }) => listRuns(ctx, input)),
  agents: procedure.query(({ ctx }) => listAgents(ctx)),
  limits: procedure.input(z.object({ teamId: z.string() })).query(({ ctx, input }) => getRunLimits(ctx, input.teamId)),
  setLimits: procedure.input(setRunLimitsInput).mutation(({ ctx, input }) => setRunLimits(ctx, input)),
});
