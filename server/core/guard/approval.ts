import { z } from 'zod';
import { roleAtLeast, type TeamRole } from '../permissions.ts';
import { actionFamilies, type ActionFamily } from './action-family.ts';

/** Who may allow what agents ask for, where a team or the installation says more than the right to approve (docs/spec/guard.md, from GU50). */

/** Of those who may approve at all. */
export const approverRoles = ['lead', 'admin'] as const;
export const mostApprovers = 2;

/** `any`: every question, whatever it is about. */
export const approvalFamilies = ['any', ...actionFamilies] as const;
export type ApprovalFamily = (typeof approvalFamilies)[number];

export const approvalTerms = z.object({
  /** The lowest role that may allow it. */
  role: z.enum(approverRoles),
  /** Whoever spoke in the turn may not allow it: it is for somebody else. */
  others: z.boolean(),
  /** How many different people must allow it. */
  approvers: z.number().int().min(1).max(mostApprovers),
});
export type ApprovalTerms = z.infer<typeof approvalTerms>;

export type ApprovalRule = ApprovalTerms & { family: ApprovalFamily };

/** What one question needs, and the families because of which it does. */
export const approvalNeeds = approvalTerms.extend({ families: z.array(z.enum(approvalFamilies)) });
export type ApprovalNeeds = z.infer<typeof approvalNeeds>;

/**
 * What an action of these families needs: the strictest of each term that any approval rule of any scope says of them, so that nobody
 * below loosens what is said above. Undefined: the right to approve is enough.
 */
export function needsOf(approvals: readonly ApprovalRule[], of: readonly ActionFamily[]): ApprovalNeeds | undefined {
  const families = new Set<ApprovalFamily>(['any', ...of]);
  const meant = approvals.filter((rule) => families.has(rule.family) && asksMore(rule));
  if (meant.length === 0) return undefined;
  return {
    role: meant.some(({ role }) => role === 'admin') ? 'admin' : 'lead',
    others: meant.some(({ others }) => others),
    approvers: Math.max(...meant.map(({ approvers }) => approvers)),
    families: approvalFamilies.filter((family) => meant.some((rule) => rule.family === family)),
  };
}

/** Whether it says more than that the right to approve is needed. */
export const asksMore = ({ role, others, approvers }: ApprovalTerms): boolean =>
  role !== 'lead' || others || approvers > 1;

export type Approver = {
  role: TeamRole;
  /** Whether the prompt of the turn, or something said into it, is theirs. */
  spoke: boolean;
};

/** Why somebody who may approve may not allow this one; undefined when they may. Denying needs the right to approve alone. */
export function whyNotAllow({ role: needed, others }: ApprovalTerms, { role, spoke }: Approver): string | undefined {
  if (others && spoke) return 'Somebody else has to allow this: the agent works on what you asked for.';
  if (!roleAtLeast(role, needed)) return `Your role in this team is ${role}; allowing this needs ${needed}.`;
  return undefined;
}
