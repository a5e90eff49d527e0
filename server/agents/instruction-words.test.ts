import { expect, test } from 'vitest';
import { instructionWords } from './instruction-words.ts';

test('[AG50] a repository without words to agents gives none', () => {
  expect(instructionWords({})).toBe('');
});

test('[AG51] skills are told by what they are for and where they are', () => {
  const skill = { name: 'release', description: 'How a release is made', path: '.agents/skills/release/SKILL.md' };
  const words = instructionWords({ skills: [skill] });
  expect(words).toContain('- release: How a release is made (.agents/skills/release/SKILL.md)');
});

test.each(['x', '"', '\n', '€', '\u0001'])(
  '[AG50] whatever a file holds (%j), its words fit one argument',
  (letter) => {
    const file = (path: string) => ({ path, text: letter.repeat(200_000) });
    const words = instructionWords({ files: [file('AGENTS.md'), file('CLAUDE.md')] });
    expect(Buffer.byteLength(JSON.stringify(words))).toBeLessThan(128 * 1024);
    expect(words.length).toBeGreaterThan(10_000);
  },
);

test('[AG52] instructions of folders are named, and are told also where the root’s fill all the room', () => {
  const files = [{ path: 'AGENTS.md', text: '€'.repeat(200_000) }];
  expect(instructionWords({ files, folderFiles: ['packages/web/AGENTS.md'] })).toContain('- packages/web/AGENTS.md\n');
});
