import type { TeamRole } from '@/server/core/permissions.ts';

/** What each role may do, in a line: shown where one is chosen. */
export const roleOptions: { value: TeamRole; label: string; may: string }[] = [
  { value: 'viewer', label: 'Viewer', may: 'sees and comments' },
  { value: 'developer', label: 'Developer', may: 'also prompts agents, edits and makes projects' },
  { value: 'lead', label: 'Lead', may: 'also approves what agents ask for, and reads the audit log' },
  { value: 'admin', label: 'Admin', may: 'also manages people and settings' },
];

export const roleLabel = (role: TeamRole) => roleOptions.find(({ value }) => value === role)?.label ?? role;

export const isRole = (value: string | null): value is TeamRole => roleOptions.some((option) => option.value === value);
