import type { CallBound } from '../../core/call-cost.ts';
import type { CallShape, DenialCause, Recording } from '../../core/call-record.ts';
import type { ClientProtocol } from '../../core/llm-message.ts';
import type { FoundClass, ModelCaller, ModelTarget, PolicyWord } from '../../core/model-call.ts';

/** A model call as the gateway knows it before it is sent. */
export type NewCall = {
  caller: ModelCaller;
  requestId: string;
  /** The user agent of the program that calls. */
  client: string;
  protocol: ClientProtocol;
  /** The model's name as it was asked for. */
  alias: string;
  isStream: boolean;
  /** Where it may go, the preferred one first. Empty for a call that is denied before it has a route. */
  targets: readonly ModelTarget[];
  /** What the call may use at most: an estimate of the input, and the output that was asked for. */
  bound: CallBound;
  policy: PolicyWord;
  findings: readonly FoundClass[];
  shape: CallShape;
};

/** Why a call is not made, where no budget is the reason. */
export type Denial = { cause: Exclude<DenialCause, 'budget'>; message: string };

/** A call on its way. Whoever opened it settles it, once, whatever happens. */
export type OpenedCall = {
  id: string;
  call: NewCall;
  /** What the team keeps of it; `settleCall` takes texts only for `full`. */
  recording: Recording;
  /** Of `performance.now()`. */
  openedAtMs: number;
};
