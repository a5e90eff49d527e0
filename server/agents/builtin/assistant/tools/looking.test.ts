import { expect, test } from 'vitest';
import { compilePattern } from '../../../../platform/parsers/linear-pattern.ts';
import { skillHead } from '../instructions.ts';
import { listing } from './list-tool.ts';
import { numbered } from './read-tool.ts';
import { matchingLines } from './search-tool.ts';

const files = ['README.md', 'src/a.ts', 'src/b.test.ts', 'src/deep/c.ts'];

test.each([
  ['the root', { folder: '' }, 'src/ (3 files)\nREADME.md'],
  ['a folder', { folder: 'src' }, 'deep/ (1 file)\na.ts\nb.test.ts'],
  ['a pattern', { folder: '', pattern: '*.ts' }, 'src/a.ts\nsrc/b.test.ts\nsrc/deep/c.ts'],
  ['a pattern in a folder', { folder: 'src', pattern: '/*.ts' }, 'a.ts\nb.test.ts'],
  ['a pattern that nothing fits', { folder: '', pattern: '*.rs' }, 'No file fits *.rs.'],
])('%s is listed', (_, given, text) => {
  expect(listing(files, given)).toBe(text);
});

test('a folder that is not there is refused, and a long list is cut with a word', () => {
  expect(() => listing(files, { folder: 'none' })).toThrow('There is no folder none');
  const many = Array.from({ length: 1000 }, (_, at) => `f${at}`);
  expect(listing(many, { folder: '' })).toMatch(/\(600 more\. Name a folder/);
});

test.each([
  ['a\nb\nc\n', 1, 2, '1\ta\n2\tb\n(The file has 3 lines. Go on with from: 3.)'],
  ['a\r\nb\r\n', 2, 9, '2\tb'],
  ['a\n', 5, 1, 'f has only 1 lines.'],
  ['', 1, 1, 'f is empty.'],
])('of %j from line %d the lines come with their numbers', (text, from, lines, shown) => {
  expect(numbered('f', text, { from, lines })).toBe(shown);
});

test('long lines and long files are cut with a word', () => {
  expect(numbered('f', 'x'.repeat(5000), { from: 1, lines: 1 })).toMatch(/x… \(line cut\)$/);
  const text = `${'y'.repeat(1000)}\n`.repeat(500);
  const shown = numbered('f', text, { from: 1, lines: 4000 });
  expect(shown.length).toBeLessThan(61_000);
  expect(shown).toMatch(/The file has 500 lines\. Go on with from: 60\./);
});

test('matches are told by their lines, each once', () => {
  const text = 'one two\nthree\n\ntwo two\nlast two';
  expect(matchingLines(text, compilePattern('two'))).toEqual([
    { number: 1, text: 'one two' },
    { number: 4, text: 'two two' },
    { number: 5, text: 'last two' },
  ]);
});

test.each([
  ['---\nname: release\ndescription: How to release\n---\nText', 'release', 'How to release'],
  ["---\r\nname: 'a b'\r\n---\r\n# Head", 'a b', 'Head'],
  ['Only text\nmore', 'folder', 'Only text'],
  ['', 'folder', ''],
])('the head of the skill %j is read', (text, name, description) => {
  expect(skillHead(text, 'folder')).toEqual({ name, description });
});
