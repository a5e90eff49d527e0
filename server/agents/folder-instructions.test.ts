import { expect, test } from 'vitest';
import { folderInstructions } from './folder-instructions.ts';

test('[AG52] each folder has one file of instructions, and those near the root come first', () => {
  const paths = [
    'AGENTS.md',
    'packages/web/src/AGENTS.md',
    'packages/web/CLAUDE.md',
    'packages/web/AGENTS.md',
    'docs/CLAUDE.md',
    'docs/agents.md',
    'packages/api/README.md',
  ];
  expect(folderInstructions(paths)).toEqual(['docs/CLAUDE.md', 'packages/web/AGENTS.md', 'packages/web/src/AGENTS.md']);
});

test.each([
  '.claude/CLAUDE.md',
  'node_modules/evil/AGENTS.md',
  'a/vendor/b/CLAUDE.md',
  'a\nb/AGENTS.md',
  `${'a/'.repeat(200)}AGENTS.md`,
])('[AG52] words of others and paths that are no plain line are left out: %j', (path) => {
  expect(folderInstructions([path])).toEqual([]);
});
