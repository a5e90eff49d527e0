import { z } from 'zod';
import { answerKnock, answerKnockInput } from '../../sessions/answer-knock.ts';
import { changeGuest, changeGuestInput, endGuest, endGuestInput } from '../../sessions/change-guest.ts';
import { createSessionLink, createSessionLinkInput } from '../../sessions/create-session-link.ts';
import { endSessionLink, endSessionLinkInput } from '../../sessions/end-session-link.ts';
import { guestStandingOf, sessionLinkView } from '../../sessions/guest-view.ts';
import { knock, knockInput } from '../../sessions/knock.ts';
import { leaveSession, leaveSessionInput } from '../../sessions/leave-session.ts';
import { whoHasAccess } from '../../sessions/session-access.ts';
import { participantProcedure, procedure, publicProcedure, router } from '../trpc.ts';

const byId = z.object({ sessionId: z.string() });

/** Who may enter a session, and people who come by a link. */
export const sharingRouter = router({
  access: procedure.input(byId).query(({ ctx, input }) => whoHasAccess(ctx, input)),
  createLink: procedure.input(createSessionLinkInput).mutation(({ ctx, input }) => createSessionLink(ctx, input)),
  endLink: procedure.input(endSessionLinkInput).mutation(({ ctx, input }) => endSessionLink(ctx, input)),
  answerKnock: procedure.input(answerKnockInput).mutation(({ ctx, input }) => answerKnock(ctx, input)),
  changeGuest: procedure.input(changeGuestInput).mutation(({ ctx, input }) => changeGuest(ctx, input)),
  endGuest: procedure.input(endGuestInput).mutation(({ ctx, input }) => endGuest(ctx, input)),

  /** What the page of a link shows, to whoever holds it. */
  link: publicProcedure
    .input(z.object({ token: z.string().max(200) }))
    .query(({ ctx, input }) => sessionLinkView(ctx, input.token)),
  knock: participantProcedure.input(knockInput).mutation(({ ctx, input }) => knock(ctx, input)),
  standing: participantProcedure.input(byId).query(({ ctx, input }) => guestStandingOf(ctx, input)),
  leave: participantProcedure.input(leaveSessionInput).mutation(({ ctx, input }) => leaveSession(ctx, input)),
});
