import { db, schema } from '../../../db/client.ts';
import type { Budget } from '../../core/budget.ts';
import { usualRecording, type Recording } from '../../core/call-record.ts';
import { singleton } from '../../platform/singleton.ts';

/** The limits and recording levels of the installation, as of one revision. */
export type KnownBudgets = {
  revision: number;
  /** Those that calls of this team may fall under. */
  ofTeam(teamId: string): readonly Budget[];
  recordingOf(teamId: string): Recording;
};

type Holder = { known: Promise<KnownBudgets> | undefined };
const holder = () => singleton<Holder>('known-budgets', () => ({ known: undefined }));

/**
 * What this process knows of budgets, read once. Nobody has to tell it of changes: each statement that opens calls
 * compares the revision, and whoever finds another one forgets this.
 */
export function knownBudgets(): Promise<KnownBudgets> {
  const current = holder();
  current.known ??= load().catch((error: unknown) => {
    current.known = undefined;
    throw error;
  });
  return current.known;
}

export function forgetBudgets(): void {
  holder().known = undefined;
}

async function load(): Promise<KnownBudgets> {
  // The revision comes first: what changes after it is read will be found out.
  const [row] = await db().select({ revision: schema.budgetRevision.revision }).from(schema.budgetRevision);
  const budgets: Budget[] = await everyBudget();
  const recordings = new Map((await everyRecording()).map(({ teamId, ...recording }) => [teamId, recording]));
  const byTeam = new Map<string, readonly Budget[]>();
  return {
    revision: row?.revision ?? 0,
    ofTeam(teamId) {
      const known = byTeam.get(teamId);
      if (known) return known;
      const found = budgets.filter((budget) => budget.teamId === null || budget.teamId === teamId);
      byTeam.set(teamId, found);
      return found;
    },
    recordingOf: (teamId) => recordings.get(teamId) ?? usualRecording,
  };
}

// Of all teams: calls of each come to this process, and nothing of it is shown to anyone.
const everyBudget = () => db().query.budget.findMany();
const everyRecording = () =>
  db().query.callRecording.findMany({ columns: { teamId: true, level: true, retentionDays: true } });
