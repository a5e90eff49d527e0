import type { SimpleCommand } from '../interpreted.ts';
import { asksForHelp, readOptions } from '../options.ts';
import type { Rule } from '../rule.ts';

/** Tasks of a project by their names: what `make destroy` runs is not read here, but its name says it. */

const runners: Record<string, (words: readonly string[]) => readonly string[]> = {
  make: (words) => words,
  gmake: (words) => words,
  just: (words) => words,
  task: (words) => words,
  mage: (words) => words,
  invoke: (words) => words,
  inv: (words) => words,
  rake: (words) => words,
  gradle: (words) => words,
  gradlew: (words) => words,
  npm: afterRun,
  pnpm: orFirst,
  yarn: orFirst,
  bun: afterRun,
  composer: orFirst,
  poe: (words) => words,
  nox: (words) => words,
  earthly: (words) => words,
  grunt: (words) => words,
  gulp: (words) => words,
  nx: afterRun,
  turbo: afterRun,
  mise: afterRun,
  deno: (words) => (words[0] === 'task' ? words.slice(1, 2) : []),
  cargo: (words) => (words[0] === 'make' || words[0] === 'xtask' ? words.slice(1, 2) : []),
  lerna: afterRun,
  pdm: afterRun,
  hatch: afterRun,
};

function afterRun(words: readonly string[]): readonly string[] {
  return /^(?:run|run-script|rum|urn)$/.test(words[0] ?? '') ? words.slice(1, 2) : [];
}

/** yarn, pnpm and composer take a task's name without `run` too; their own verbs are told apart by having no colon. */
function orFirst(words: readonly string[]): readonly string[] {
  const named = afterRun(words);
  return named.length > 0 ? named : words.slice(0, 1).filter((word) => /[:_-]/.test(word));
}

const destroys = 'destroy|nuke|wipe|purge|teardown|tear-down|obliterate|terminate|decommission|undeploy|factory-reset';
const empties = 'drop|reset|delete|flush|truncate|rollback|remove|clear|uninstall|rm|down|empty|recreate|erase';
const holders =
  'db|database|data|volumes?|prod|production|staging|cluster|infra|stack|tables?|all|everything|env|storage|schema|redis|queues?|buckets?|users?|namespace|k8s|cloud|server|postgres|mysql|mongo|pg|sql|dbs';

const wholeName = new RegExp(`(?:^|[:_./-])(?:${destroys})(?:$|[:_.-])`, 'i');
const withHolder = new RegExp(
  `(?:^|[:_./-])(?:(?:${empties})[:_.-](?:${holders})|(?:${holders})[:_.-](?:${empties})(?:[:_-](?:all|force|hard))?)(?:$|[:_.-])`,
  'i',
);

function namesDestruction({ name, args }: SimpleCommand): boolean {
  if (
    asksForHelp(args) ||
    args.some(({ text }) => /^(?:-n|--dry-run|--just-print|--recon|-l|--list|--summary|-T|--tasks)$/.test(text))
  )
    return false;
  const words = readOptions(args, {
    letters: 'CfjIoWlpP',
    valued: ['prefix', 'filter', 'cwd', 'workspace', 'dir', 'directory', 'file', 'justfile', 'taskfile'],
  })
    .operands.map(({ text }) => text)
    .filter((word) => !word.includes('='));
  return (runners[name]?.(words) ?? []).some((word) => wholeName.test(word) || withHolder.test(word));
}

export const taskRules: readonly Rule[] = [
  {
    id: 'tasks.destroy',
    verdict: 'ask',
    programs: Object.keys(runners),
    matches: namesDestruction,
    reason: 'The name of this task says that it removes something.',
    saferWay: 'Show what the task does, with a dry run where there is one.',
    examples: {
      ng: [
        'make destroy ENV=prod',
        'just nuke-db',
        'npm run db:drop',
        'composer run-script db:wipe',
        'yarn db:reset',
        'task infra:destroy',
        'pnpm run teardown',
        'make reset-db',
        'make -C infra destroy',
      ],
      ok: [
        'make clean',
        'npm run build',
        'yarn db:migrate',
        'just test',
        'make -n destroy',
        'npm run reset-styles',
        'pnpm run lint',
        'make distclean',
        'npm run dev',
        'make docker-down',
        'cargo test',
        'gradle clean',
        'npm test -- --grep drop-db',
      ],
    },
  },
];
