/** What an entry of the audit log is about, as far as it says where to look. */
export type Told = { resource: { type: string; id: string }; detail: Record<string, unknown> };

/** The page that shows what an entry is about, or undefined where there is none. */
export function placeOf(team: string, { resource, detail }: Told): string | undefined {
  const { type, id } = resource;
  if (type === 'model_call') return `/${team}/usage?view=calls&call=${id}`;
  const sessionId = type === 'session' ? id : detail['sessionId'];
  if (typeof sessionId === 'string') return `/${team}/sessions/${sessionId}`;
  switch (type) {
    case 'project':
      return `/${team}/projects/${id}`;
    case 'person':
    case 'team':
    case 'invitation':
      return `/${team}/settings/people`;
    default: {
      const page = settingsOf[type];
      return page === undefined ? undefined : `/${team}/settings/${page}`;
    }
  }
}

/** The pages on which such things are set. */
const settingsOf: Readonly<Record<string, string>> = {
  budget: 'budgets',
  provider: 'models',
  model: 'models',
  policy_version: 'policies',
  dlp_rule: 'data-protection',
  guard_rule: 'guard?view=rules',
  guard_case: 'guard?view=measure',
  guard_setting: 'guard?view=approvals',
  approval_rule: 'guard?view=approvals',
  agent: 'agents',
  custom_agent: 'agents',
  mcp_server: 'agents',
};

export type ChangedField = { name: string; before: string; after: string };

/** The fields that an entry tells before and after, and the rest of what it tells. */
export function changedFields(detail: Record<string, unknown>): {
  fields: ChangedField[];
  rest: Record<string, unknown>;
} {
  const { before, after, ...rest } = detail;
  if (!isRecord(before) && !isRecord(after)) return { fields: [], rest: detail };
  const [was, is] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return { fields: names.map((name) => ({ name, before: text(was[name]), after: text(is[name]) })), rest };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function text(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
