/** What kind of data was found; policies speak of these, and of those that admins name. */
export type DataClass = string;

export type Severity = 'high' | 'medium' | 'low';

/** A detector's name is stable: policies, reports and exceptions name it. Offsets are UTF-16 units. */
export type Finding = { detector: string; class: DataClass; severity: Severity; start: number; end: number };

/** In rising order. Of findings that overlap a secret stays before personal data, then the earlier, then the longer. */
export function withoutOverlaps(findings: readonly Finding[]): Finding[] {
  const secrets = apart(findings.filter((finding) => finding.class === 'secret'));
  const others = findings.filter(
    (finding) =>
      finding.class !== 'secret' && !secrets.some((secret) => secret.start < finding.end && finding.start < secret.end),
  );
  return [...secrets, ...apart(others)].toSorted((a, b) => a.start - b.start);
}

/** What is known by its form says more than what is known by its name. */
const generality = ({ detector }: Finding) => (detector === 'assigned-secret' || detector === 'password' ? 1 : 0);

function apart(findings: readonly Finding[]): Finding[] {
  const kept: Finding[] = [];
  for (const finding of findings.toSorted(
    (a, b) => a.start - b.start || b.end - a.end || generality(a) - generality(b),
  )) {
    const last = kept.at(-1);
    if (!last || finding.start >= last.end) kept.push(finding);
    else if (finding.end > last.end) kept[kept.length - 1] = { ...last, end: finding.end };
  }
  return kept;
}
