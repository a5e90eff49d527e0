/** How many runs may be at work at once: of a whole team, and of each person in it. */
export type RunLimits = { team: number; person: number };

/** Where a team has set nothing. */
export const defaultRunLimits: RunLimits = { team: 16, person: 6 };

/** The most that a team may set. */
export const maxRunLimit = 1_000;
