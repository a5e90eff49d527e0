import { auditRoutes } from './audit.ts';
import { checkpointRoutes } from './checkpoints.ts';
import { commentRoutes } from './comments.ts';
import { commitRoutes } from './commits.ts';
import { conversationRoutes } from './conversation.ts';
import { meRoutes } from './me.ts';
import { modelRoutes } from './models.ts';
import { peopleRoutes } from './people.ts';
import { projectRoutes } from './projects.ts';
import type { RestRoute } from './route.ts';
import { runRoutes } from './runs.ts';
import { sessionAccessRoutes } from './session-access.ts';
import { sessionFileRoutes } from './session-files.ts';
import { sessionRoutes } from './sessions.ts';
import { suggestionRoutes } from './suggestions.ts';
import { taskRoutes } from './tasks.ts';
import { uploadRoutes } from './uploads.ts';
import { exportRoutes } from './exports.ts';
import { usageRoutes } from './usage.ts';

/** Every call of the interface, in the order of the documentation. */
export const restRoutes: readonly RestRoute[] = [
  ...meRoutes,
  ...peopleRoutes,
  ...uploadRoutes,
  ...projectRoutes,
  ...sessionRoutes,
  ...sessionAccessRoutes,
  ...sessionFileRoutes,
  ...runRoutes,
  ...conversationRoutes,
  ...suggestionRoutes,
  ...checkpointRoutes,
  ...commentRoutes,
  ...commitRoutes,
  ...taskRoutes,
  ...modelRoutes,
  ...auditRoutes,
  ...exportRoutes,
  ...usageRoutes,
];
