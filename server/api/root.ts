import { agentsRouter } from './routers/agents.ts';
import { mcpServersRouter } from './routers/mcp-servers.ts';
import { auditRouter } from './routers/audit.ts';
import { budgetsRouter } from './routers/budgets.ts';
import { checkpointsRouter } from './routers/checkpoints.ts';
import { commentsRouter } from './routers/comments.ts';
import { commitsRouter } from './routers/commits.ts';
import { conversationRouter } from './routers/conversation.ts';
import { dlpRouter } from './routers/dlp.ts';
import { guardRouter } from './routers/guard.ts';
import { eventsRouter } from './routers/events.ts';
import { filesRouter } from './routers/files.ts';
import { gatewayRouter } from './routers/gateway.ts';
import { identityRouter } from './routers/identity.ts';
import { membersRouter } from './routers/members.ts';
import { policiesRouter } from './routers/policies.ts';
import { projectsRouter } from './routers/projects.ts';
import { providersRouter } from './routers/providers.ts';
import { roomsRouter } from './routers/rooms.ts';
import { runsRouter } from './routers/runs.ts';
import { threadsRouter } from './routers/threads.ts';
import { sessionsRouter } from './routers/sessions.ts';
import { sharingRouter } from './routers/sharing.ts';
import { suggestionsRouter } from './routers/suggestions.ts';
import { systemRouter } from './routers/system.ts';
import { tasksRouter } from './routers/tasks.ts';
import { tokensRouter } from './routers/tokens.ts';
import { usageRouter } from './routers/usage.ts';
import { router } from './trpc.ts';

export const appRouter = router({
  agents: agentsRouter,
  mcpServers: mcpServersRouter,
  audit: auditRouter,
  budgets: budgetsRouter,
  checkpoints: checkpointsRouter,
  comments: commentsRouter,
  commits: commitsRouter,
  conversation: conversationRouter,
  dlp: dlpRouter,
  guard: guardRouter,
  events: eventsRouter,
  files: filesRouter,
  gateway: gatewayRouter,
  identity: identityRouter,
  members: membersRouter,
  policies: policiesRouter,
  projects: projectsRouter,
  providers: providersRouter,
  rooms: roomsRouter,
  runs: runsRouter,
  threads: threadsRouter,
  sessions: sessionsRouter,
  sharing: sharingRouter,
  suggestions: suggestionsRouter,
  system: systemRouter,
  tasks: tasksRouter,
  tokens: tokensRouter,
  usage: usageRouter,
});

export type AppRouter = typeof appRouter;
