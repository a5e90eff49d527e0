import { expect, test } from 'vitest';
import { loadBash } from '#server/platform/parsers/bash';
import { classifyCommand } from './classify.ts';
import { rules } from './rules/families.ts';
import { mutators, type Mutator } from './testing-mutants.ts';

const parse = await loadBash();
const strictness = { allow: 0, ask: 1, deny: 2 };
const judge = (line: string) => strictness[classifyCommand(parse(line), {}).verdict];

/** Every dangerous line that the rules give as an example, with how strictly it is judged. */
const parents = [...new Set(rules.flatMap(({ examples }) => examples.ng))]
  .map((line) => ({ line, strict: judge(line) }))
  .filter(({ strict }) => strict > 0);

/** Enough of all pairs, the same ones every time. */
const share = 3;
const isChosen = (parent: number, mutator: number) => (parent + mutator) % share === 0;

function milder(mutator: Mutator, at: number): { tried: number; found: string[] } {
  const mutants = parents.flatMap(({ line, strict }, index) => {
    const mutant = isChosen(index, at) ? mutator.mutate(line) : undefined;
    return mutant === undefined ? [] : [{ mutant, strict }];
  });
  return {
    tried: mutants.length,
    found: mutants.filter(({ mutant, strict }) => judge(mutant) < strict).map(({ mutant }) => mutant),
  };
}

test('[GU7] said in another way a dangerous command is judged no milder: 20,000 mutants', () => {
  const results = mutators.map((mutator, index) => ({ name: mutator.name, ...milder(mutator, index) }));
  expect(results.filter(({ found }) => found.length > 0)).toEqual([]);
  expect(results.reduce((sum, { tried }) => sum + tried, 0)).toBeGreaterThan(20_000);
}, 240_000);
