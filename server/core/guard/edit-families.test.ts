import { expect, test } from 'vitest';
import { familiesOfEdit } from './edit-families.ts';

test.each([
  ['.github/workflows/ci.yml', ['pipelines']],
  ['.github/CODEOWNERS', ['pipelines']],
  ['db/migrations/0007_notes.sql', ['databases']],
  ['prisma/schema.prisma', ['databases']],
  ['web/package-lock.json', ['packages']],
  ['package.json', ['packages']],
  ['requirements-dev.txt', ['packages']],
  ['infra/main.tf', ['cloud']],
  ['Dockerfile', ['cloud']],
  ['deploy/k8s/app.yaml', ['cloud']],
  ['.env', ['secrets']],
  ['./AGENTS.md', ['tampering']],
  ['src/cart.ts', []],
  ['docs/migrations.md', []],
])('[GU86] a plain change of %s is about: %s', (path, families) => {
  expect(familiesOfEdit([], { path, oldText: 'a', newText: 'b' })).toEqual(families);
});

test('[GU86] removing a file is about deletion, and rules that spoke add their families', () => {
  expect(familiesOfEdit([], { path: 'src/cart.ts', oldText: 'a', newText: null })).toEqual(['deletion']);
  expect(familiesOfEdit(['edits.secret', 'gru_1'], { path: 'ci/run.sh', oldText: null, newText: 'b' })).toEqual([
    'secrets',
    'pipelines',
    'house',
  ]);
});
