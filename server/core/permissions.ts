/** Who may do what: pure tables and predicates. Rows are read in server/auth/authorize.ts. */

export const teamRoles = ['viewer', 'developer', 'lead', 'admin'] as const;
export type TeamRole = (typeof teamRoles)[number];

export const sessionRights = ['view', 'comment', 'prompt', 'edit', 'approve'] as const;
export type SessionRight = (typeof sessionRights)[number];

const rightsByRole: Record<TeamRole, readonly SessionRight[]> = {
  viewer: ['view', 'comment'],
  developer: ['view', 'comment', 'prompt', 'edit'],
  lead: ['view', 'comment', 'prompt', 'edit', 'approve'],
  admin: ['view', 'comment', 'prompt', 'edit', 'approve'],
};

/** The set of rights a team role gives in every session of the team's projects. */
export function rightsOfRole(role: TeamRole): readonly SessionRight[] {
  return rightsByRole[role];
}

/** Rights asked for, cut down to those that are given; without a wish all of them. */
export function limitRights(given: readonly SessionRight[], asked?: readonly SessionRight[]): SessionRight[] {
  return asked ? given.filter((right) => asked.includes(right)) : [...given];
}

/** What a link lets its guests do, lowest first. Nobody prompts or approves by link (docs/decisions/guests-by-link.md). */
export const guestLevels = ['view', 'comment', 'edit'] as const;
export type GuestLevel = (typeof guestLevels)[number];

const rightsByLevel: Record<GuestLevel, readonly SessionRight[]> = {
  view: ['view'],
  comment: ['view', 'comment'],
  edit: ['view', 'comment', 'edit'],
};

/** The set of rights a guest of this level has in the one session. */
export function rightsOfGuest(level: GuestLevel): readonly SessionRight[] {
  return rightsByLevel[level];
}

/** The lowest role that may do each team-level action. */
const teamActions = {
  'team.read': 'viewer',
  'team.update': 'admin',
  'member.list': 'viewer',
  'member.manage': 'admin',
  'invitation.manage': 'admin',
  'project.read': 'viewer',
  'project.create': 'developer',
  'project.update': 'lead',
  'project.archive': 'lead',
  'project.delete': 'admin',
  'session.read': 'viewer',
  'session.create': 'developer',
  'session.archive': 'developer',
  'session.share': 'developer',
  'session.delete': 'lead',
  'audit.read': 'lead',
  'model.call': 'developer',
  'usage.read': 'lead',
  'budget.manage': 'admin',
  'settings.read': 'admin',
  'dlp.manage': 'admin',
  'guard.read': 'viewer',
  /** To say that a decision was wrong. */
  'guard.label': 'developer',
  'guard.manage': 'admin',
  'policy.read': 'viewer',
  'policy.manage': 'admin',
  /** To lower a project's sensitivity; raising it is `project.update`. */
  'project.declassify': 'admin',
} as const satisfies Record<string, TeamRole>;

export type TeamAction = keyof typeof teamActions;

const rank: Record<TeamRole, number> = { viewer: 0, developer: 1, lead: 2, admin: 3 };

export function roleAtLeast(role: TeamRole, needed: TeamRole): boolean {
  return rank[role] >= rank[needed];
}

export function mayInTeam(role: TeamRole, action: TeamAction): boolean {
  return roleAtLeast(role, teamActions[action]);
}

/** The role a person needs, for messages that say what to do next. */
export function roleNeeded(action: TeamAction): TeamRole {
  return teamActions[action];
}

/**
 * What a personal token may be used for over REST, and with `models` at the gateway. A token never exceeds its owner's
 * rights.
 */
export const tokenScopes = ['read', 'write', 'prompt', 'admin', 'audit', 'models'] as const;
export type TokenScope = (typeof tokenScopes)[number];
