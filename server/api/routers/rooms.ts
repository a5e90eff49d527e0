import { issueTicket, issueTicketInput } from '../../sessions/issue-ticket.ts';
import { nameAuthors, nameAuthorsInput } from '../../sessions/name-authors.ts';
import { participantProcedure, router } from '../trpc.ts';

export const roomsRouter = router({
  /** Leave to enter a session's room over the collaboration socket. */
  ticket: participantProcedure.input(issueTicketInput).mutation(({ ctx, input }) => issueTicket(ctx, input)),
  /** Names for who wrote the session's text, by the ids that the room gives. */
  authors: participantProcedure.input(nameAuthorsInput).query(({ ctx, input }) => nameAuthors(ctx, input)),
});
