// The floors of docs/architecture.md: a file may import from its own folder and from lower floors.
const CORE = '^server/core/';
const GROUND = '^(db|server/platform)/';
const BASE = '^server/(audit|auth|jobs)/';
const CONTEXT = '^server/context\\.ts$';
const DOMAINS = ['workspace', 'runs', 'sessions', 'review', 'governance', 'integrations', 'retention', 'analytics'];
const DOMAIN = `^server/(${DOMAINS.join('|')})/`;
const RUNTIME = '^server/(collab|agents|gateway)/';
const TRANSPORT = '^server/(api|http)/';
const ENTRY = '^server/(main|worker|gateway|migrate|cli)\\.ts$';
const BROWSER = '^(app|components)/';
// A test, or what only tests use: `testing.ts`, `testing-*.ts` and `*-testing.ts` beside the code, the browser suite, the benchmarks.
const TEST = '\\.(test|spec)\\.tsx?$|(^|/|-)testing[^/]*\\.tsx?$|^e2e/|^bench/';

// Sideways edges between domain folders, each argued for in docs/architecture.md, "Sideways".
const SIDEWAYS = {
  workspace: ['runs'],
  retention: ['workspace'],
  sessions: ['workspace', 'runs', 'governance'],
  review: ['workspace', 'runs', 'governance'],
  governance: ['workspace', 'runs'],
  integrations: ['sessions', 'review'],
};

const not = (name, comment, { from = {}, to }) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: TEST, ...from },
  to,
});

const upwards = [
  not('ground-below-everything', 'db and platform know core only.', {
    from: { path: GROUND },
    to: { path: [BASE, CONTEXT, DOMAIN, RUNTIME, TRANSPORT, ENTRY, BROWSER] },
  }),
  not('base-below-domains', 'audit, auth and jobs serve every use case and know none.', {
    from: { path: [BASE, CONTEXT] },
    to: { path: [DOMAIN, RUNTIME, TRANSPORT, ENTRY, BROWSER] },
  }),
  not('domain-below-runtime', 'A use case reaches a runtime by a row and a notification.', {
    from: { path: DOMAIN },
    to: { path: [RUNTIME, TRANSPORT, ENTRY, BROWSER] },
  }),
  not('runtime-below-transport', 'A runtime is mounted; it mounts nothing.', {
    from: { path: RUNTIME },
    to: { path: [TRANSPORT, ENTRY, BROWSER] },
  }),
  not('nothing-imports-entrypoints', 'main, worker, gateway, migrate and cli compose; nobody imports them.', {
    to: { path: ENTRY },
  }),
];

const sideways = DOMAINS.map((domain) =>
  not(
    `sideways-${domain}`,
    'An edge between use-case folders that nobody argued for: declare it here and in docs/architecture.md, or move the code down.',
    {
      from: { path: `^server/${domain}/` },
      to: { path: DOMAIN, pathNot: [domain, ...(SIDEWAYS[domain] ?? [])].map((allowed) => `^server/${allowed}/`) },
    },
  ),
);

const runtimes = [
  not('runtimes-are-strangers', 'collab, agents and gateway meet over their protocols only.', {
    from: { path: '^server/(collab|agents|gateway)/' },
    to: { path: RUNTIME, pathNot: '^server/$1/' },
  }),
  not(
    'api-never-touches-a-runtime',
    'Next bundles a second copy of whatever a page reaches, so live state must not be in it.',
    { from: { path: '^server/api/' }, to: { path: RUNTIME } },
  ),
  not(
    'http-reaches-rooms-and-agents-through-rows',
    'REST asks for work by a row and a notification, like a page does.',
    { from: { path: '^server/http/' }, to: { path: '^server/(collab|agents)/' } },
  ),
  not('routers-hold-no-sql', 'A router parses, calls one use case and answers.', {
    from: { path: TRANSPORT, pathNot: [TEST, '^server/api/(trpc|caller)\\.ts$'] },
    to: { path: ['^db/', '^node_modules/(drizzle-orm|pg)/'] },
  }),
];

const browser = [
  not(
    'browser-wall',
    'components use core, and the type of the router; nothing else of the server runs in a browser.',
    { from: { path: '^components/' }, to: { path: '^(server|db)/', pathNot: CORE, dependencyTypesNot: ['type-only'] } },
  ),
  not('browser-wall-types', 'Even types come from core or from api/root only.', {
    from: { path: '^components/' },
    to: { path: '^(server|db)/', pathNot: [CORE, '^server/api/root\\.ts$'] },
  }),
  not('pages-use-the-door', 'app reaches the server through api/caller, auth/next-auth and core.', {
    from: { path: '^app/' },
    to: { path: '^(server|db)/', pathNot: [CORE, '^server/api/caller\\.ts$', '^server/auth/next-auth\\.ts$'] },
  }),
  not('ui-knows-no-domain', 'components/ui fills gaps of the design library and knows no word of ours.', {
    from: { path: '^components/ui/' },
    to: { path: '^(server|app|db)/|^components/(?!ui/)' },
  }),
  not('components-never-import-pages', 'A page renders components, never the other way round.', {
    from: { path: '^components/' },
    to: { path: '^app/' },
  }),
];

module.exports = {
  forbidden: [
    not('no-cycles', 'A cycle has no order in which it can be read; type-only edges are allowed to close one.', {
      from: { pathNot: [] },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    }),
    not(
      'core-is-pure',
      'core imports core, zod, node-diff3 and @noble/hashes: no input or output, no clock, no framework.',
      { from: { path: CORE }, to: { pathNot: [CORE, '^node_modules/(zod|node-diff3|@noble/hashes)/'] } },
    ),
    ...upwards,
    ...sideways,
    ...runtimes,
    ...browser,
    not(
      'few-spawners',
      'Child processes start in workspace/git, workspace/sandbox and platform/process, nowhere else.',
      {
        from: {
          pathNot: ['^server/workspace/(git|sandbox)\\.ts$', '^server/platform/process\\.ts$', TEST, '^node_modules/'],
        },
        to: { path: '^(node:)?child_process$' },
      },
    ),
    not('e2e-is-outside', 'The browser suite may seed rows and share core words; it never calls the code under test.', {
      from: { path: '^e2e/', pathNot: [] },
      to: { path: '^(server|app|components)/', pathNot: CORE },
    }),
    not('tests-stay-tests', 'What runs in production never needs a test.', { to: { path: TEST } }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^server/workspace/sample/' },
    tsPreCompilationDeps: true,
    // TypeScript 7 has no JavaScript API to parse with: without swc, no module is found and every rule seems to hold.
    parser: 'swc',
    // A package whose exports name only one kind of module is resolved, too.
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
