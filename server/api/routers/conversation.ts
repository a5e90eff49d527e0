import { z } from 'zod';
import { addImage, addImageInput, getImage } from '../../sessions/add-image.ts';
import {
  declineProposal,
  declineProposalInput,
  sendProposal,
  sendProposalInput,
  withdrawProposal,
  withdrawProposalInput,
} from '../../sessions/decide-proposal.ts';
import { previewPrompt, previewPromptInput } from '../../sessions/preview-prompt.ts';
import { proposePrompt, proposePromptInput } from '../../sessions/propose-prompt.ts';
import { participantProcedure, procedure, router } from '../trpc.ts';

export const conversationRouter = router({
  preview: procedure.input(previewPromptInput).query(({ ctx, input }) => previewPrompt(ctx, input)),
  addImage: procedure.input(addImageInput).mutation(({ ctx, input }) => addImage(ctx, input)),
  image: participantProcedure.input(z.object({ imageId: z.string() })).query(({ ctx, input }) => getImage(ctx, input)),
  propose: participantProcedure.input(proposePromptInput).mutation(({ ctx, input }) => proposePrompt(ctx, input)),
  withdrawProposal: participantProcedure
    .input(withdrawProposalInput)
    .mutation(({ ctx, input }) => withdrawProposal(ctx, input)),
  sendProposal: procedure.input(sendProposalInput).mutation(({ ctx, input }) => sendProposal(ctx, input)),
  declineProposal: procedure.input(declineProposalInput).mutation(({ ctx, input }) => declineProposal(ctx, input)),
});
