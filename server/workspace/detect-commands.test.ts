import { expect, test } from 'vitest';
import { detectCommands } from './detect-commands.ts';

const detect = (files: Record<string, string>) =>
  detectCommands({ names: new Set(Object.keys(files)), texts: new Map(Object.entries(files)) });
const pkg = (value: unknown) => JSON.stringify(value);

test.each([
  ['nothing', {}, {}],
  [
    'no install without dependencies',
    { 'package.json': pkg({ scripts: { test: 'node --test', lint: 'oxlint' } }) },
    { test: 'npm test', lint: 'npm run lint' },
  ],
  [
    'npm with a lockfile',
    { 'package.json': pkg({ scripts: { test: 'x' }, devDependencies: { x: '1' } }), 'package-lock.json': '' },
    { setup: 'npm ci', test: 'npm test' },
  ],
  [
    'pnpm by lockfile',
    { 'package.json': pkg({ scripts: { test: 'x', lint: 'y' }, dependencies: { x: '1' } }), 'pnpm-lock.yaml': '' },
    { setup: 'pnpm install --frozen-lockfile', test: 'pnpm test', lint: 'pnpm run lint' },
  ],
  [
    'yarn by lockfile',
    { 'package.json': pkg({ scripts: { test: 'x' }, dependencies: { x: '1' } }), 'yarn.lock': '' },
    { setup: 'yarn install --frozen-lockfile', test: 'yarn test' },
  ],
  [
    'bun by declaration',
    { 'package.json': pkg({ scripts: { test: 'x' }, dependencies: { x: '1' }, packageManager: 'bun@1.2.0' }) },
    { setup: 'bun install', test: 'bun run test' },
  ],
  [
    'the test npm init writes is none',
    { 'package.json': pkg({ scripts: { test: 'echo "Error: no test specified" && exit 1' } }) },
    {},
  ],
  ['a package.json that does not parse', { 'package.json': '{' }, {}],
  ['a package.json of another shape', { 'package.json': '[]' }, {}],
  [
    'a Makefile',
    { Makefile: '.PHONY: test lint\nVAR := 1\nsetup deps:\n\ttrue\ntest: deps\n\ttrue\nlint:\n\ttrue\n' },
    { setup: 'make setup', test: 'make test', lint: 'make lint' },
  ],
  [
    'package.json before the Makefile, gaps filled',
    { 'package.json': pkg({ scripts: { test: 'x' } }), Makefile: 'lint:\n\ttrue\ntest:\n\ttrue\n' },
    { test: 'npm test', lint: 'make lint' },
  ],
  [
    'python with uv',
    { 'pyproject.toml': '[tool.pytest.ini_options]\n[tool.ruff]\n', 'uv.lock': '' },
    { setup: 'uv sync', test: 'uv run pytest', lint: 'uv run ruff check .' },
  ],
  ['python requirements', { 'requirements.txt': '' }, { setup: 'python3 -m pip install -r requirements.txt' }],
  ['go', { 'go.mod': 'module x' }, { setup: 'go mod download', test: 'go test ./...', lint: 'go vet ./...' }],
])('[PR12] %s', (_name, files, commands) => {
  expect(detect(files)).toEqual(commands);
});
