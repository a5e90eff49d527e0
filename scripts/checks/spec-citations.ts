import { readFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, report, repository, type Findings } from './tree.ts';

const ruleId = '[A-Z]{2,4}\\d+';
/** A rule begins its line: `**CB1** …`, `- **CB1** …`, `### CB1 …`, `CB1. …` or `| CB1 | …`. */
const definition = new RegExp(
  `^\\s*(?:[-*]\\s+|#{2,6}\\s+|\\|\\s*)?(?:\\*\\*)?\`?(${ruleId})\`?[.:]?(?:\\*\\*)?(?=[\\s.:|—–-]|$)`,
  'gm',
);
/** A test's name begins with what it proves: `'[CB1] …'`, `'[CB1] [CB2] …'` or `'[CB1, CB2] …'`. */
const citation = new RegExp(`['"\`]((?:\\[${ruleId}(?:, ${ruleId})*\\] ?)+)`, 'g');

function idsIn(root: string, files: readonly string[], pattern: RegExp): Map<string, string> {
  const found = files.flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(pattern)]
      .flatMap((match) => match[1]?.match(new RegExp(ruleId, 'g')) ?? [])
      .map((id): [string, string] => [id, file]),
  );
  return new Map(found);
}

/** Rules of docs/spec that no test names, and names of rules that docs/spec does not have. */
export function citationFindings(root: string): { rules: number; findings: Findings } {
  const rules = idsIn(root, filesBelow(root, ['docs/spec'], /\.md$/), definition);
  const cited = idsIn(
    root,
    filesBelow(root, ['server', 'db', 'components', 'app', 'e2e', 'bench'], /\.(test|spec)\.tsx?$/),
    citation,
  );
  const uncited = [...rules]
    .filter(([id]) => !cited.has(id))
    .map(([id, file]) => `${file}: no test's name begins with [${id}]`);
  const unknown = [...cited]
    .filter(([id]) => !rules.has(id))
    .map(([id, file]) => `${file}: cites [${id}], which docs/spec does not have`);
  return { rules: rules.size, findings: [...uncited, ...unknown] };
}

if (import.meta.main) {
  const { rules, findings } = citationFindings(repository);
  report(`${rules} rules, each cited by a test`, findings);
}
