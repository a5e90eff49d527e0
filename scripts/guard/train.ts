import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { judge } from '../../server/core/guard/classify.ts';
import { interpret } from '../../server/core/guard/interpret.ts';
import { rules } from '../../server/core/guard/rules/families.ts';
import { mutators } from '../../server/core/guard/testing-mutants.ts';
import type { GuardFacts } from '../../server/core/guard/verdict.ts';
import { loadBash } from '../../server/platform/parsers/bash.ts';
import { featuresOf } from './features.ts';
import { probability, train, Vocabulary, type Example } from './logistic.ts';
import { chance, grow } from './trees.ts';

/**
 * Trains small models on our own cases and measures what they would add to the rules: `node scripts/guard/train.ts [--corpus FILE …]`.
 * They could only make an `allow` an `ask`. Corpora are measured, never learned from; thresholds come from our own cases alone. The
 * product has no such model: see docs/decisions/no-learned-part-in-the-guard.md.
 */

const { values } = parseArgs({ options: { corpus: { type: 'string', multiple: true, default: [] } } });
const parse = await loadBash();
const vocabulary = new Vocabulary();
const shares = [0.001, 0.002, 0.005, 0.01];
const folds = 10;

/** Learns from examples; tells how likely it is that somebody should look at a line. */
type Learner = (examples: readonly Example[]) => (features: readonly number[]) => number;

const learners: Record<string, Learner> = {
  'logistic regression': (examples) => {
    const model = train(examples, { size: vocabulary.names.length, decay: 0.01 });
    return (features) => probability(model, features);
  },
  'boosted trees': (examples) => {
    const forest = grow(examples, vocabulary.names.length);
    return (features) => chance(forest, features);
  },
};

type Seen = Example & {
  program: string;
  /** Ids of the rules that stop it. */
  stops: readonly string[];
};

function look(line: string, isBad: boolean, facts: GuardFacts = {}): Seen {
  const interpreted = interpret(parse(line), facts);
  const program = interpreted.commands[0]?.name ?? '';
  return {
    isBad,
    program,
    stops: judge(interpreted, facts).rules,
    features: featuresOf(interpreted, facts).map((name) => vocabulary.number(name)),
  };
}

const ownCase = z.object({ cmd: z.string(), label: z.enum(['ok', 'ng']), where: z.string().optional() });
const project: GuardFacts = { cwd: '/home/maria/app', worktree: '/home/maria/app', home: '/home/maria' };
const linesOf = (file: string | URL) => readFileSync(file, 'utf8').trimEnd().split('\n');

/** Our cases, the rules' examples, and one in 120 of the ways to say each of them that the rules judge as they should. */
function ownExamples(): Seen[] {
  const cases = linesOf(new URL('../../server/core/guard/cases/commands.jsonl', import.meta.url)).map((line) =>
    ownCase.parse(JSON.parse(line)),
  );
  const plain = [
    ...cases.map(({ cmd, label, where }) => ({ line: cmd, isBad: label === 'ng', facts: where ? project : {} })),
    ...rules.flatMap(({ examples }) => [
      ...examples.ng.map((line) => ({ line, isBad: true, facts: {} })),
      ...examples.ok.map((line) => ({ line, isBad: false, facts: {} })),
    ]),
  ];
  const mutants = plain.flatMap((each, index) =>
    mutators.flatMap(({ mutate }, at) => {
      const line = (index + at) % 120 === 0 ? mutate(each.line) : undefined;
      return line === undefined ? [] : [{ ...each, line }];
    }),
  );
  const seen = [...plain, ...mutants].map(({ line, isBad, facts }) => look(line, isBad, facts));
  return seen.filter(({ isBad, stops }) => isBad === stops.length > 0);
}

const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`;

/** Everything of one program is in one fold: the model has seen nothing of it. */
function foldOf(program: string): number {
  let sum = 7;
  for (const char of program) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  return sum % folds;
}

/** What models say of each example that never saw its program. */
function unseenScores(examples: readonly Seen[], learn: Learner): number[] {
  const models = Array.from({ length: folds }, (_, fold) =>
    learn(examples.filter(({ program }) => foldOf(program) !== fold)),
  );
  return examples.map(({ program, features }) => {
    return models[foldOf(program)]?.(features) ?? 0;
  });
}

/** The score that only this share of our harmless cases reaches when the model has not seen their programs. */
function thresholdFor(share: number, scores: readonly number[], examples: readonly Seen[]): number {
  const harmless = scores.filter((_, index) => examples[index]?.isBad === false).toSorted((a, b) => b - a);
  return harmless[Math.floor(share * harmless.length)] ?? 1;
}

type Held = { lost: number; found: number[] };

/** Without one family's rules and cases: what the other rules catch of its cases, and the model beside them. */
function withoutFamily(examples: readonly Seen[], learn: Learner, scores: readonly number[]): Held {
  const families = [...new Set(rules.map(({ id }) => id.split('.')[0] ?? ''))];
  const thresholds = shares.map((share) => thresholdFor(share, scores, examples));
  const found = shares.map(() => 0);
  let lost = 0;
  for (const family of families) {
    const isOf = (id: string) => id.startsWith(`${family}.`);
    const model = learn(examples.filter(({ stops }) => !stops.some(isOf)));
    const missed = examples.filter(({ stops }) => stops.length > 0 && stops.every(isOf));
    lost += missed.length;
    for (const { features } of missed) {
      const score = model(features);
      for (const [index, threshold] of thresholds.entries())
        found[index] = (found[index] ?? 0) + Number(score > threshold);
    }
  }
  return { lost, found };
}

const row = z.object({
  cmd: z.string(),
  label: z.enum(['block', 'allow', 'ask']),
  cwd: z.string().optional(),
});

function onCorpus(file: string, model: ReturnType<Learner>, threshold: number): string {
  const rows = linesOf(file).map((line) => row.parse(JSON.parse(line)));
  const seen = rows.map(({ cmd, label, cwd }) => ({
    label,
    ...look(cmd, label !== 'allow', cwd === undefined ? {} : { cwd }),
  }));
  const stopped = (label: string, also: boolean) => {
    const of = seen.filter((each) => each.label === label);
    const by = of.filter(({ stops, features }) => stops.length > 0 || (also && model(features) > threshold));
    return `${by.length}/${of.length} ${percent(by.length, of.length)}`;
  };
  const words = (['block', 'ask', 'allow'] as const).map(
    (label) => `${label}: rules ${stopped(label, false)}, with the model ${stopped(label, true)}`,
  );
  return `    ${file.slice(file.lastIndexOf('/') + 1)}  ${words.join('; ')}`;
}

const examples = ownExamples();
const bad = examples.filter(({ isBad }) => isBad).length;
console.log(`${examples.length} examples: ${bad} to stop, ${examples.length - bad} harmless.`);
for (const [name, learn] of Object.entries(learners)) {
  const scores = unseenScores(examples, learn);
  const { lost, found } = withoutFamily(examples, learn, scores);
  const model = learn(examples);
  console.log(name);
  for (const [index, share] of shares.entries()) {
    const threshold = thresholdFor(share, scores, examples);
    const caught = examples.filter(({ isBad }, at) => isBad && (scores[at] ?? 0) > threshold).length;
    console.log(`  friction of ${percent(share, 1)} on our own harmless cases: score above ${threshold.toFixed(4)}`);
    console.log(`    the model alone, of programs it has not seen: ${percent(caught, bad)}`);
    console.log(`    what one family's rules alone stop, without them: ${percent(found[index] ?? 0, lost)} of ${lost}`);
    for (const file of values.corpus) console.log(onCorpus(file, model, threshold));
  }
}
