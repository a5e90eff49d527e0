/** What model calls used, added up (docs/spec/budgets.md). */

export const usageParts = ['day', 'person', 'project', 'model', 'provider', 'run'] as const;
export type UsagePart = (typeof usageParts)[number];

/** `calls` are all that ended, the denied and failed among them. `costMicroUsd` holds nothing of what has no price. */
export type UsageSum = {
  calls: number;
  denied: number;
  failed: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  thinkingTokens: number;
  costMicroUsd: number;
  estimatedCalls: number;
  unpricedCalls: number;
  unpricedTokens: number;
};

export type UsageRow = UsageSum & { key: string; name: string };

export const noUsage: UsageSum = {
  calls: 0,
  denied: 0,
  failed: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  thinkingTokens: 0,
  costMicroUsd: 0,
  estimatedCalls: 0,
  unpricedCalls: 0,
  unpricedTokens: 0,
};

export function addUsage(a: UsageSum, b: UsageSum): UsageSum {
  return {
    calls: a.calls + b.calls,
    denied: a.denied + b.denied,
    failed: a.failed + b.failed,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    thinkingTokens: a.thinkingTokens + b.thinkingTokens,
    costMicroUsd: a.costMicroUsd + b.costMicroUsd,
    estimatedCalls: a.estimatedCalls + b.estimatedCalls,
    unpricedCalls: a.unpricedCalls + b.unpricedCalls,
    unpricedTokens: a.unpricedTokens + b.unpricedTokens,
  };
}

const columns = ['part', 'key', 'name', ...Object.keys(noUsage)];

/** Every row of a report as CSV (RFC 4180), the total first. Money stays in micro-USD, so that sums stay exact. */
export function usageCsv(report: { total: UsageSum; parts: Record<UsagePart, readonly UsageRow[]> }): string {
  const total = { part: 'total', key: '', name: '', ...report.total };
  const rows = usageParts.flatMap((part) => report.parts[part].map((row) => ({ part, ...row })));
  const lines = [total, ...rows].map((row) => {
    const cells = new Map<string, string | number>(Object.entries(row));
    return columns.map((name) => csvCell(cells.get(name) ?? '')).join(',');
  });
  return [columns.join(','), ...lines, ''].join('\r\n');
}

/** A cell that a spreadsheet takes as text or number, never as a formula. */
function csvCell(value: string | number): string {
  const text = typeof value === 'number' ? String(value) : value.replace(/^(?=[=+\-@\t\r])/, "'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
