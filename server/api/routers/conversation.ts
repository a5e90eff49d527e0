import {
  declineProposal,
  declineProposalInput,
  sendProposal,
  sendProposalInput,
  withdrawProposal,
  withdrawProposalInput,
} from '../../sessions/decide-proposal.ts';
import { proposePrompt, proposePromptInput } from '../../sessions/propose-prompt.ts';
import { participantProcedure, procedure, router } from '../trpc.ts';

export const conversationRouter = router({
  propose: participantProcedure.input(proposePromptInput).mutation(({ ctx, input }) => proposePrompt(ctx, input)),
  withdrawProposal: participantProcedure
    .input(withdrawProposalInput)
    .mutation(({ ctx, input }) => withdrawProposal(ctx, input)),
  sendProposal: procedure.input(sendProposalInput).mutation(({ ctx, input }) => sendProposal(ctx, input)),
  declineProposal: procedure.input(declineProposalInput).mutation(({ ctx, input }) => declineProposal(ctx, input)),
});
