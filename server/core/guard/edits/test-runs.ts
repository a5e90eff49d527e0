import type { Change } from './change.ts';
import { changed, type EditMatch, type EditRule } from './edit-rule.ts';

const settingsOfTests =
  /(?:^|\/)(?:(?:jest|vitest|vite|karma|playwright|cypress|wdio|nightwatch)\.\w*\.?(?:conf(?:ig)?)?[\w.]*\.?(?:[cm]?[jt]s|json)|pytest\.ini|tox\.ini|setup\.cfg|pyproject\.toml|conftest\.py|\.?coveragerc|\.nycrc(?:\.json)?|\.?codecov\.ya?ml|phpunit(?:\.dist)?\.xml(?:\.dist)?|\.rspec|\.mocharc\.\w+|package\.json|build\.gradle(?:\.kts)?|pom\.xml|\.simplecov)$/i;

const leavesOut =
  /\b(?:exclude|testPathIgnorePatterns|modulePathIgnorePatterns|testIgnore|grepInvert|collect_ignore(?:_glob)?|norecursedirs|coveragePathIgnorePatterns|excludeTestsMatching|omit)\b|--deselect\b|--ignore(?:-glob)?=|-k\s+['"]?not\b|-m\s+['"]?not\b|--exclude-group|passWithNoTests|<skipTests>\s*true|maven\.test\.skip|ignoreFailures\s*=\s*true|testFailureIgnore>\s*true|bail:\s*0,?\s*silent/;

/** What builds make, and what others wrote, has no tests of the project. */
const onlyBuilds =
  /^(?:[^'"]*['"](?:\*\*\/)?(?:node_modules|dist|build|coverage|out|\.next|\.git)\b[^'"]*['"])+[^'"]*$/;
const isLeftOut = (line: string) =>
  leavesOut.test(line) && !onlyBuilds.test(line.replaceAll(/['"](?=[^'"]*['"]\s*:)|(?<=\w)['"](?=\s*:)/g, ''));

const threshold =
  /\b(?:lines|branches|functions|statements|global|fail_under|threshold|target|minimum(?:_coverage)?|min(?:imum)?|cov-fail-under)\b['"]?\s*[:=]?\s*(\d+(?:\.\d+)?)/g;

const numbersIn = (lines: readonly string[]) =>
  lines.flatMap((line) => [...line.matchAll(threshold)].map((match) => Number(match[1])));

/** What must be covered goes down, or away. */
function lowersThreshold({ added, removed }: Change): boolean {
  const before = numbersIn(removed);
  const after = numbersIn(added);
  return (
    before.length > 0 &&
    (after.length === 0 || Math.max(...after) < Math.max(...before) || Math.min(...after) < Math.min(...before))
  );
}

const nothingRuns =
  /["'](?:test|check|verify|lint|ci)(?::[\w-]+)?["']\s*:\s*["'](?:\s*|true|:|exit 0|echo\b[^"'&|;]*)["']|^(?:test|check|verify|lint|ci)[\w-]*:[^\n=]*\n\t[@-]*(?:true|:|exit 0|echo\b[^\n&|;]*)\s*(?:\n(?!\t)|$)/gm;

function runsNothing({ path, before, after, isNew }: Change): boolean {
  if (
    isNew ||
    !/(?:^|\/)(?:package\.json|composer\.json|deno\.jsonc?|Makefile|GNUmakefile|[Jj]ustfile|Taskfile\.ya?ml)$/.test(
      path,
    )
  )
    return false;
  return (after.match(nothingRuns) ?? []).length > (before.match(nothingRuns) ?? []).length;
}

function loosensRun(change: Change): boolean | EditMatch {
  if (runsNothing(change)) return { reason: 'This leaves a check of the project in name only.' };
  if (!settingsOfTests.test(change.path) || change.isNew) return false;
  if (lowersThreshold(change)) return { reason: 'This asks for less of the code to be tested.' };
  return change.added.filter(isLeftOut).length > change.removed.filter(isLeftOut).length;
}

export const testRunRules: readonly EditRule[] = [
  {
    id: 'edits.test-run-loosened',
    verdict: 'ask',
    matches: loosensRun,
    reason: 'This leaves tests out of every run.',
    saferWay: 'Mend what the tests show, or say which of them are out of date and why.',
    examples: {
      ng: [
        changed('vitest.config.ts', 'test: {}', "test: { exclude: ['src/billing/**'] }"),
        changed('pytest.ini', 'addopts = -ra', 'addopts = -ra --deselect tests/test_a.py'),
        changed('jest.config.js', 'lines: 90,', 'lines: 40,'),
        changed('pyproject.toml', 'fail_under = 90', ''),
        changed('package.json', '"test": "jest --ci"', '"test": "echo ok"'),
        changed('Makefile', 'test:\n\tgo test ./...\n', 'test:\n\t@true\n'),
      ],
      ok: [
        changed('jest.config.js', 'lines: 80,', 'lines: 90,'),
        changed('vitest.config.ts', 'test: {}', "test: { exclude: ['node_modules'] }"),
        changed('package.json', '"test": "jest"', '"test": "vitest run"'),
        changed('Makefile', 'test:\n\tgo test ./...\n', 'test:\n\tgo test -race ./...\n'),
        changed('tsconfig.json', '"a": 1', '"exclude": ["dist"]'),
      ],
    },
  },
];
