import type { ApprovalFamily, ApprovalTerms } from '@/server/core/guard/approval.ts';

/** Families of actions as people choose them. */
export const familyTitles: Readonly<Record<ApprovalFamily, string>> = {
  any: 'Every question',
  deletion: 'Deleting and overwriting',
  'version-control': 'Version control',
  databases: 'Databases and migrations',
  cloud: 'Cloud, containers and services',
  publishing: 'Publishing',
  packages: 'Packages',
  secrets: 'Secrets',
  network: 'Network',
  pipelines: 'Pipelines and who must look',
  programs: 'Programs nobody can follow',
  machine: 'The machine and its rights',
  tampering: 'The guard and agents’ settings',
  code: 'Risky changes of code',
  house: 'What rules of the house ask about',
};

/** Who it takes: "Two leads or admins who did not ask for it". */
export function approversText({ role, others, approvers }: ApprovalTerms): string {
  const isOne = approvers === 1;
  const admin = isOne ? 'An admin' : 'Two admins';
  const lead = isOne ? 'A lead or admin' : 'Two leads or admins';
  return `${role === 'admin' ? admin : lead}${others ? ' who did not ask for it' : ''}`;
}

/** What a question needs, as a sentence. */
export function needsText(terms: ApprovalTerms): string {
  return `${approversText(terms)} ${terms.approvers === 1 ? 'has' : 'have'} to allow this.`;
}

const numbers = ['', 'one more', 'two more'];

/** Where it stands while some have allowed it: "Allowed by Ana · one more needed". */
export function allowedSoFarText({ approvers }: ApprovalTerms, allowedBy: readonly { name: string }[]): string {
  const missing = Math.max(1, approvers - allowedBy.length);
  return `Allowed by ${namesText(allowedBy)} · ${numbers[missing] ?? `${missing} more`} needed`;
}

/** "Ana", "Ana and Bo". */
export function namesText(people: readonly { name: string }[]): string {
  const names = [...new Set(people.map(({ name }) => name))];
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

/** A warning where a team has too few people for it; undefined where it has enough. @param able how many of its members have the role */
export function tooFewText({ others, approvers }: ApprovalTerms, able: number): string | undefined {
  const has = `Of this team ${able === 0 ? 'nobody' : able === 1 ? 'one person' : `${able} people`} could`;
  if (able < approvers) return `${has}, so all of this would be denied when its time is over.`;
  if (others && able === approvers)
    return `${has}, so what they ask for themselves would be denied when its time is over.`;
  return undefined;
}
