import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../platform/parsers/cedar.ts';
import { isLike, pathTests } from './path-tests.ts';

const tests = (condition: string, scope = 'resource') => {
  const parsed = parsePolicy(`forbid (principal, action, ${scope}) when { ${condition} };`);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return pathTests([parsed.json]);
};

describe('[PO23] what policies ask of a path', () => {
  it.each([
    ['context.hour < 8', []],
    ['resource.path like "secret/*"', [['secret/', '']]],
    ['context.hour < 8 && !(resource["path"] like "*a*b")', [['', 'a', 'b']]],
    ['resource.path like "a\\*b"', [['a*b']]],
    ['resource.path == "x" || "y" != resource.path', [['x'], ['y']]],
    ['["x", "y"].contains(resource.path)', [['x'], ['y']]],
    ['resource in Project::"p"', []],
  ])('%s', (condition, patterns) => expect(tests(condition)).toEqual({ patterns, isMore: false }));

  it.each([
    'resource.path == context.task',
    '[context.task].contains(resource.path)',
    'resource has path',
    'resource == Path::"x"',
    '(if context.unattended then resource.path else "a") like "b"',
  ])('is more than can be told beforehand: %s', (condition) => expect(tests(condition).isMore).toBe(true));

  it('is one path when the scope names it, and none when it names their kind', () => {
    expect(tests('true', 'resource == Path::"x"').isMore).toBe(true);
    expect(tests('true', 'resource is Path').isMore).toBe(false);
  });
});

it.each([
  ['a/b.pem', ['', '.pem'], true],
  ['a/b.pem.txt', ['', '.pem'], false],
  ['a.pem', ['a.pem'], true],
  ['aba', ['ab', 'ba'], false],
  ['abba', ['ab', 'ba'], true],
  ['keys/x/id_rsa.old', ['', 'id_rsa', ''], true],
  ['a-b', ['', 'a', 'b', ''], true],
  ['b-a', ['', 'a', 'b', ''], false],
  ['', ['', ''], true],
  ['x', [''], false],
])('[PO23] %s and the pattern %j: %s', (text, pattern, isAlike) => expect(isLike(text, pattern)).toBe(isAlike));
