import type { GuestStanding } from '@/server/core/guest-access.ts';
import type { GuestLevel } from '@/server/core/permissions.ts';

/** What a guest of each level may do, after their name. */
export const mayWords: Record<GuestLevel, string> = {
  view: 'May view',
  comment: 'May view and comment',
  edit: 'May view, comment and edit',
};

export const levelOptions: { value: GuestLevel; label: string }[] = [
  { value: 'view', label: 'View' },
  { value: 'comment', label: 'Comment' },
  { value: 'edit', label: 'Edit' },
];

export const isLevel = (value: string | null): value is GuestLevel =>
  levelOptions.some((option) => option.value === value);

/** How a guest stands, in the list of who has access. */
export const standingWords: Record<GuestStanding, string> = {
  in: 'In',
  waiting: 'Waits',
  unanswered: 'Nobody answered',
  denied: 'Declined',
  revoked: 'Ended',
  left: 'Left',
  expired: 'Ran out',
  withdrawn: 'Host gone',
  archived: 'Put away',
};
