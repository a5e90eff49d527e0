import { z } from 'zod';
import { acceptInvitation, acceptInvitationInput, joinByInvitation, joinInput } from '../../auth/accept-invitation.ts';
import { appointTeamAdmin, appointTeamAdminInput } from '../../auth/appoint-team-admin.ts';
import { changeMemberRole, changeMemberRoleInput } from '../../auth/change-member-role.ts';
import { createInvitation, createInvitationInput } from '../../auth/create-invitation.ts';
import { createResetLink, createResetLinkInput } from '../../auth/create-reset-link.ts';
import { createTeam, createTeamInput } from '../../auth/create-team.ts';
import { invitationView } from '../../auth/link-states.ts';
import { listInvitations, listMembers, listPeople, listTeams } from '../../auth/queries.ts';
import { removeMember, removeMemberInput } from '../../auth/remove-member.ts';
import { renameTeam, renameTeamInput } from '../../auth/rename-team.ts';
import { revokeInvitation, revokeInvitationInput } from '../../auth/revoke-invitation.ts';
import { setInstallationAdmin, setInstallationAdminInput } from '../../auth/set-installation-admin.ts';
import { setPersonDisabled, setPersonDisabledInput } from '../../auth/set-person-disabled.ts';
import { procedure, publicProcedure, router } from '../trpc.ts';

const team = z.object({ teamId: z.string() });

/** People in teams, invitations, and the installation's people. */
export const membersRouter = router({
  list: procedure.input(team).query(({ ctx, input }) => listMembers(ctx, input.teamId)),
  changeRole: procedure.input(changeMemberRoleInput).mutation(({ ctx, input }) => changeMemberRole(ctx, input)),
  remove: procedure.input(removeMemberInput).mutation(({ ctx, input }) => removeMember(ctx, input)),
  renameTeam: procedure.input(renameTeamInput).mutation(({ ctx, input }) => renameTeam(ctx, input)),

  invitations: procedure.input(team).query(({ ctx, input }) => listInvitations(ctx, input.teamId)),
  invite: procedure.input(createInvitationInput).mutation(({ ctx, input }) => createInvitation(ctx, input)),
  revokeInvitation: procedure.input(revokeInvitationInput).mutation(({ ctx, input }) => revokeInvitation(ctx, input)),
  invitation: publicProcedure
    .input(z.object({ token: z.string().max(200) }))
    .query(({ ctx, input }) => invitationView(ctx, input.token)),
  accept: procedure.input(acceptInvitationInput).mutation(({ ctx, input }) => acceptInvitation(ctx, input)),
  join: publicProcedure.input(joinInput).mutation(({ ctx, input }) => joinByInvitation(ctx, input)),

  everyone: procedure.query(({ ctx }) => listPeople(ctx)),
  teams: procedure.query(({ ctx }) => listTeams(ctx)),
  createTeam: procedure.input(createTeamInput).mutation(({ ctx, input }) => createTeam(ctx, input)),
  appointAdmin: procedure.input(appointTeamAdminInput).mutation(({ ctx, input }) => appointTeamAdmin(ctx, input)),
  setDisabled: procedure.input(setPersonDisabledInput).mutation(({ ctx, input }) => setPersonDisabled(ctx, input)),
  setInstallationAdmin: procedure
    .input(setInstallationAdminInput)
    .mutation(({ ctx, input }) => setInstallationAdmin(ctx, input)),
  resetLink: procedure.input(createResetLinkInput).mutation(({ ctx, input }) => createResetLink(ctx, input)),
});
