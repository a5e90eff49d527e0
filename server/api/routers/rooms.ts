import { issueTicket, issueTicketInput } from '../../sessions/issue-ticket.ts';
import { participantProcedure, router } from '../trpc.ts';

export const roomsRouter = router({
  /** Leave to enter a session's room over the collaboration socket. */
  ticket: participantProcedure.input(issueTicketInput).mutation(({ ctx, input }) => issueTicket(ctx, input)),
});
