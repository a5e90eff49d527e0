import { z } from 'zod';
import { archiveSession } from '../../sessions/archive-session.ts';
import { createSession, createSessionInput } from '../../sessions/create-session.ts';
import { deleteSession, restoreSession } from '../../sessions/delete-session.ts';
import { home, homeInput } from '../../sessions/home.ts';
import { markRead } from '../../sessions/mark-read.ts';
import { getSession, listSessions, listSessionsInput, sessionCommands } from '../../sessions/queries.ts';
import { searchSession, searchSessionInput } from '../../sessions/search-session.ts';
import { renameSession } from '../../sessions/update-session.ts';
import { participantProcedure, procedure, router } from '../trpc.ts';

const byId = z.object({ sessionId: z.string() });

export const sessionsRouter = router({
  create: procedure.input(createSessionInput).mutation(({ ctx, input }) => createSession(ctx, input)),
  rename: procedure.input(byId.extend({ title: z.string() })).mutation(({ ctx, input }) => renameSession(ctx, input)),
  archive: procedure
    .input(byId.extend({ archived: z.boolean() }))
    .mutation(({ ctx, input }) => archiveSession(ctx, input)),
  delete: procedure.input(byId).mutation(({ ctx, input }) => deleteSession(ctx, input)),
  restore: procedure.input(byId).mutation(({ ctx, input }) => restoreSession(ctx, input)),
  markRead: participantProcedure
    .input(byId.extend({ seq: z.number().int().min(0) }))
    .mutation(({ ctx, input }) => markRead(ctx, input)),
  home: procedure.input(homeInput).query(({ ctx, input }) => home(ctx, input)),
  get: participantProcedure.input(byId).query(({ ctx, input }) => getSession(ctx, input)),
  list: procedure.input(listSessionsInput).query(({ ctx, input }) => listSessions(ctx, input)),
  commands: procedure.input(byId).query(({ ctx, input }) => sessionCommands(ctx, input)),
  search: participantProcedure
    .input(searchSessionInput)
    .query(({ ctx, input, signal }) => searchSession(ctx, input, signal)),
});
