import { getRecording, recordingInput, setRecording, setRecordingInput } from '../../governance/calls/set-recording.ts';
import { getCall, getCallInput, listCalls, listCallsInput } from '../../governance/usage/list-calls.ts';
import { reportUsage, usageInput } from '../../governance/usage/usage-report.ts';
import { procedure, router } from '../trpc.ts';

export const usageRouter = router({
  /** Who spent what in a month. */
  report: procedure.input(usageInput).query(({ ctx, input }) => reportUsage(ctx, input)),
  calls: procedure.input(listCallsInput).query(({ ctx, input }) => listCalls(ctx, input)),
  detail: procedure.input(getCallInput).query(({ ctx, input }) => getCall(ctx, input)),
  recording: procedure.input(recordingInput).query(({ ctx, input }) => getRecording(ctx, input)),
  setRecording: procedure.input(setRecordingInput).mutation(({ ctx, input }) => setRecording(ctx, input)),
});
