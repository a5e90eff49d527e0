import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cruise, floorFindings } from './floors.ts';
import { repository } from './tree.ts';

const rules: string[] = createRequire(import.meta.url)(path.join(repository, '.dependency-cruiser.cjs')).forbidden.map(
  (rule: { name: string }) => rule.name,
);

/** For each rule, an edge that breaks it: the importing file, and what it imports. */
const violations: Record<string, [from: string, to: string]> = {
  'no-cycles': ['server/core/cycle-a.ts', './cycle-b.ts'],
  'core-is-pure': ['server/core/impure.ts', 'node:fs'],
  'ground-below-everything': ['db/high.ts', '../server/audit/append.ts'],
  'base-below-domains': ['server/audit/high.ts', '../runs/event-log.ts'],
  'domain-below-runtime': ['server/runs/high.ts', '../collab/rooms.ts'],
  'runtime-below-transport': ['server/collab/high.ts', '../http/routes.ts'],
  'nothing-imports-entrypoints': ['server/jobs/high.ts', '../main.ts'],
  'sideways-workspace': ['server/workspace/aside.ts', '../review/suggestions.ts'],
  'sideways-runs': ['server/runs/aside.ts', '../review/suggestions.ts'],
  'sideways-sessions': ['server/sessions/aside.ts', '../review/suggestions.ts'],
  'sideways-review': ['server/review/aside.ts', '../sessions/queries.ts'],
  'sideways-governance': ['server/governance/aside.ts', '../review/suggestions.ts'],
  'sideways-integrations': ['server/integrations/aside.ts', '../runs/event-log.ts'],
  'sideways-retention': ['server/retention/aside.ts', '../runs/event-log.ts'],
  'sideways-analytics': ['server/analytics/aside.ts', '../runs/event-log.ts'],
  'runtimes-are-strangers': ['server/agents/strange.ts', '../collab/rooms.ts'],
  'api-never-touches-a-runtime': ['server/api/live.ts', '../collab/rooms.ts'],
  'http-reaches-rooms-and-agents-through-rows': ['server/http/live.ts', '../collab/rooms.ts'],
  'routers-hold-no-sql': ['server/api/sql.ts', '../../db/client.ts'],
  'browser-wall': ['components/session/wall.tsx', '@/server/runs/event-log.ts'],
  'browser-wall-types': ['components/session/wall-types.tsx', '@/server/runs/event-log.ts'],
  'pages-use-the-door': ['app/page.tsx', '@/server/runs/event-log.ts'],
  'ui-knows-no-domain': ['components/ui/knowing.tsx', '@/server/core/errors.ts'],
  'components-never-import-pages': ['components/session/upwards.tsx', '@/app/page.tsx'],
  'few-spawners': ['server/runs/spawning.ts', 'node:child_process'],
  'e2e-is-outside': ['e2e/inside.spec.ts', '../server/runs/event-log.ts'],
  'tests-stay-tests': ['server/runs/leaning.ts', './event-log.test.ts'],
};

/** What the violations lead to, and edges that are allowed. */
const others: Record<string, string> = {
  'server/core/cycle-b.ts': "import './cycle-a.ts';",
  'server/core/errors.ts': 'export const errors = 1;',
  'server/audit/append.ts': "import '../core/errors.ts';\nimport '#server/core/errors';",
  'server/runs/event-log.ts': "import '../audit/append.ts';",
  'server/runs/event-log.test.ts': "import './event-log.ts';\nimport '../collab/rooms.ts';",
  'server/collab/rooms.ts': "import '../runs/event-log.ts';",
  'server/review/suggestions.ts': "import '../runs/event-log.ts';",
  'server/sessions/queries.ts': "import '../workspace/git.ts';",
  'server/workspace/git.ts': "import 'node:child_process';",
  'server/http/routes.ts': "import '../sessions/queries.ts';",
  'server/main.ts': "import './http/routes.ts';\nimport './collab/rooms.ts';",
  'db/client.ts': "import '../server/core/errors.ts';",
  'components/session/fine.tsx':
    "import type { errors } from '@/server/core/errors.ts';\nexport type Fine = typeof errors;",
};

const typeOnly = new Set(['browser-wall-types']);

function plant(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'ensemble-floors-'));
  const write = (file: string, text: string) => {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  for (const [file, text] of Object.entries(others)) write(file, text);
  for (const [rule, [from, to]] of Object.entries(violations))
    write(from, typeOnly.has(rule) ? `import type { X } from '${to}';\nexport type Y = X;` : `import '${to}';`);
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json', 'node_modules'])
    symlinkSync(path.join(repository, file), path.join(root, file));
  return root;
}

const root = plant();
const found = cruise(root);
afterAll(() => rmSync(root, { recursive: true }));

test('every rule has a planted violation', () => {
  expect(Object.keys(violations).toSorted()).toEqual(rules.toSorted());
});

test.each(Object.entries(violations))('%s catches its planted violation', (rule, [from]) => {
  expect(
    found.summary.violations.filter((violation) => violation.rule.name === rule).map((violation) => violation.from),
  ).toContain(from);
});

test('nothing but the planted files is reported', () => {
  const planted = new Set(Object.values(violations).map(([from]) => from));
  const innocent = found.summary.violations.filter(
    (violation) => !planted.has(violation.from) && violation.rule.name !== 'no-cycles',
  );
  expect(innocent.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
});

test('a file that was not cruised is a finding', () => {
  expect(floorFindings(root, { modules: [], summary: { violations: [] } })).toContain(
    'not cruised: server/core/errors.ts',
  );
});
