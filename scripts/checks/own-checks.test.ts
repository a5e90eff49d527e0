import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { docsFindings } from './docs.ts';
import { countRatchets, ratchetFindings } from './ratchets.ts';
import { citationFindings } from './spec-citations.ts';

function tree(files: Record<string, string>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'ensemble-checks-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  return root;
}

/** A test's source whose name begins with the given text; put together here so that this file cites nothing itself. */
const testNamed = (name: string) => `test(${JSON.stringify(name)}, () => undefined);`;

test('a rule counts as cited when the name of some test begins with it', () => {
  const root = tree({
    'docs/spec/runs.md':
      '# Runs\n\n**ZZ1** One claim.\n\n- **ZZ2.** Two.\n\n### ZZ3 Three\n\n| ZZ4 | four |\n\nAs ZZ9 says, nothing.\n',
    'server/runs/a.test.ts': [testNamed('[ZZ1] [ZZ2] holds'), testNamed('[ZZ3, ZZ4] holds')].join('\n'),
  });
  expect(citationFindings(root)).toEqual({ rules: 4, findings: [] });
});

test('a rule that no test cites and a cited rule that does not exist are findings', () => {
  const root = tree({
    'docs/spec/runs.md': '**ZZ1** One claim.\n',
    'server/runs/a.pg.test.ts': testNamed('[ZZ2] holds'),
  });
  expect(citationFindings(root).findings).toEqual([
    "docs/spec/runs.md: no test's name begins with [ZZ1]",
    'server/runs/a.pg.test.ts: cites [ZZ2], which docs/spec does not have',
  ]);
});

test('a count above its ratchet is a finding, and so is one below it that was not written down', () => {
  const counts = countRatchets(
    tree({ 'e2e/a.spec.ts': 'await page.waitForTimeout(5);', 'server/a.ts': 'const a = b as unknown as C;' }),
  );
  expect(counts).toMatchObject({ 'waitForTimeout in e2e': 1, 'casts through unknown': 1 });
  expect(ratchetFindings(counts, counts)).toEqual([]);
  expect(ratchetFindings(counts, { ...counts, 'waitForTimeout in e2e': 0 })).toHaveLength(1);
  expect(ratchetFindings(counts, { ...counts, 'casts through unknown': 2 })).toHaveLength(1);
});

test('paths, links and npm commands in the documentation exist', () => {
  const files = { 'package.json': '{"scripts":{"check":"x"}}', 'server/main.ts': '', 'docs/there.md': '' };
  const good =
    'See `server/main.ts`, `server/{main}.ts`, `server/<name>.ts`, `refs/ensemble/x`, [this](docs/there.md#part), `npm run check`, npm runs.\n';
  expect(docsFindings(tree({ ...files, 'README.md': good }))).toEqual({ documents: 2, findings: [] });
  const bad = 'See `server/gone.ts`, [this](docs/gone.md), `npm run gone`.\n\n```\nnpm gone-too\n```\n';
  expect(docsFindings(tree({ ...files, 'README.md': bad })).findings).toEqual([
    'README.md: names server/gone.ts, which does not exist',
    'README.md: links to docs/gone.md, which does not exist',
    'README.md: names npm gone, which package.json does not have',
    'README.md: names npm gone-too, which package.json does not have',
  ]);
});
