import { expect, test } from 'vitest';
import { loadBash } from '#server/platform/parsers/bash';
import { classifyCommand } from '../classify.ts';

const parse = await loadBash();
const judge = (line: string) => classifyCommand(parse(line), {});

test.each([
  "find . -name '*.pem' | xargs cat",
  'find . -name .netrc | while read -r f; do head "$f"; done',
  'tar cf - $(git ls-files "*.p12")',
  'ls -A | grep credentials | xargs -n1 base64',
  'zip x.zip -@ <<< .env',
])('[GU160] names of secret files that one command lists are not read by another: %s', (line) => {
  expect(judge(line).verdict).toBe('deny');
});

test.each([
  ["kubectl get secret db -o json | jq '.data'", "kubectl get secret db -o json | jq '.data | keys'"],
  ['printenv', 'printenv | cut -d= -f1'],
  ['echo "$REGISTRY_PASSWORD"', 'echo "$REGISTRY_PASSWORD" | docker login -u x --password-stdin'],
  ['cat .env', 'wc -l .env'],
  ['source .env && echo $DB', 'source .env && npm start'],
])('[GU161] a value is asked about or denied, its name or its use is not: %s, %s', (value, name) => {
  expect(judge(value).verdict).not.toBe('allow');
  expect(judge(name).verdict).toBe('allow');
});

test.each([
  ['acmectl secrets get db', 'acmectl secrets list'],
  ['foo print-token', 'foo print-status'],
  ['barctl vault:credentials:show x', 'barctl vault:status:show x'],
])('[GU162] a tool that nobody knows is told to show a secret: %s, not %s', (line, other) => {
  expect(judge(line).rules).toContain('secrets.print-kept');
  expect(judge(other).verdict).toBe('allow');
});

test('[GU163] a link that the line makes leads where it leads', () => {
  expect(judge('ln -s ~ x; rm -rf x/*').verdict).toBe('deny');
  expect(judge('ln -s /etc x; rm -rf x/nginx').verdict).toBe('deny');
  expect(judge('ln -s dist x; rm -rf x/').verdict).toBe('allow');
});

test.each([
  ['cd ~ && python3 -m http.server', 'deny'],
  ['npx serve ~/.config', 'deny'],
  ['aws s3 sync ~ s3://x/', 'ask'],
  ['tar cz . | base64', 'ask'],
  ['python3 -m http.server --directory dist', 'allow'],
  ['aws s3 sync dist/ s3://x/', 'allow'],
] as const)('[GU164] %s: %s', (line, verdict) => {
  expect(judge(line).verdict).toBe(verdict);
});
