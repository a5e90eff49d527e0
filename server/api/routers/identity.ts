import { z } from 'zod';
import { changePassword, changePasswordInput } from '../../auth/change-password.ts';
import { endAuthSession, endAuthSessionInput, endOtherAuthSessions } from '../../auth/end-auth-sessions.ts';
import { isSetUp, resetLinkState, setUpLinkState } from '../../auth/link-states.ts';
import { getMe, listAuthSessions } from '../../auth/queries.ts';
import { resetPassword, resetPasswordInput } from '../../auth/reset-password.ts';
import { setUpInput, setUpInstallation } from '../../auth/set-up-installation.ts';
import { updateProfile, updateProfileInput } from '../../auth/update-profile.ts';
import { procedure, publicProcedure, router } from '../trpc.ts';

const link = z.object({ token: z.string().max(200) });

/** Who one is, and the ways in. */
export const identityRouter = router({
  /** The signed-in person with their teams; null when nobody is signed in with an account. */
  me: publicProcedure.query(({ ctx }) => (ctx.actor?.kind === 'person' && !ctx.actor.isGuest ? getMe(ctx) : null)),
  isSetUp: publicProcedure.query(({ ctx }) => isSetUp(ctx)),
  setUpLink: publicProcedure.input(link).query(({ ctx, input }) => setUpLinkState(ctx, input.token)),
  setUp: publicProcedure.input(setUpInput).mutation(({ ctx, input }) => setUpInstallation(ctx, input)),
  resetLink: publicProcedure.input(link).query(({ ctx, input }) => resetLinkState(ctx, input.token)),
  resetPassword: publicProcedure.input(resetPasswordInput).mutation(({ ctx, input }) => resetPassword(ctx, input)),
  changePassword: procedure.input(changePasswordInput).mutation(({ ctx, input }) => changePassword(ctx, input)),
  updateProfile: procedure.input(updateProfileInput).mutation(({ ctx, input }) => updateProfile(ctx, input)),
  devices: procedure.query(({ ctx }) => listAuthSessions(ctx)),
  endDevice: procedure.input(endAuthSessionInput).mutation(({ ctx, input }) => endAuthSession(ctx, input)),
  endOtherDevices: procedure.mutation(({ ctx }) => endOtherAuthSessions(ctx)),
});
