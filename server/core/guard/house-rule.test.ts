import { describe, expect, test } from 'vitest';
import {
  houseWord,
  patternText,
  withHouseWord,
  type ActionPattern,
  type HouseEffect,
  type HouseRule,
} from './house-rule.ts';
import type { Interpreted, SimpleCommand, Word } from './interpreted.ts';
import { HOLE } from './interpreted.ts';
import type { Verdict } from './verdict.ts';

const find = (expression: string, line: string) => new RegExp(expression).test(line);
const word = (text: string): Word => ({ text, glob: false, holes: text.includes(HOLE) ? ['$X'] : [], splits: false });

/** A command out of its words, as the interpreter gives it. */
function command(line: string, of: Partial<SimpleCommand> = {}): SimpleCommand {
  const [program = '', ...args] = line.split(' ');
  return {
    name: program,
    program: word(program),
    args: args.map(word),
    env: new Map(),
    redirects: [],
    stdin: { kind: 'inherited' },
    via: [],
    cwd: '.',
    conditional: false,
    background: false,
    source: line,
    ...of,
  };
}

const interpreted = (...commands: SimpleCommand[]): Interpreted => ({
  commands,
  unresolved: [],
  hazards: [],
  files: new Map(),
});
let number = 0;
const rule = (effect: HouseEffect, pattern: ActionPattern, scope: HouseRule['scope'] = 'team'): HouseRule => ({
  id: `gru_${++number}`,
  scope,
  effect,
  pattern,
  note: '',
});
const words = (text: string): ActionPattern => ({
  kind: 'command',
  words: text.replace(/ …$/, '').split(' '),
  more: text.endsWith(' …'),
});
const line = (text: string, ...commands: SimpleCommand[]) => ({
  action: { kind: 'command' as const, command: text },
  interpreted: interpreted(...(commands.length > 0 ? commands : [command(text)])),
});

describe('[GU200] a pattern of a command', () => {
  test.each([
    ['npm run test …', 'npm run test', true],
    ['npm run test …', 'npm run test --watch', true],
    ['npm run test …', 'npm run deploy', false],
    ['npm run test', 'npm run test --watch', false],
    ['npm run *:fix', 'npm run lint:fix', true],
    ['npm run *:fix', 'npm run lint', false],
    ['git push *', 'git push origin', true],
    ['git push *', 'git push', false],
    ['make a*b*c', 'make axxbyyc', true],
    ['make a*b*c', 'make axxbyyd', false],
  ])('%s, and %s', (pattern, text, fits) => {
    expect(houseWord([rule('deny', words(pattern))], line(text), find)?.effect).toBe(fits ? 'deny' : undefined);
  });

  test('may have one of several words in a place', () => {
    const pattern: ActionPattern = { kind: 'command', words: ['gh', ['pr', 'issue'], 'view'], more: true };
    expect(patternText(pattern)).toBe('gh (pr|issue) view …');
    expect(houseWord([rule('allow', pattern)], line('gh issue view 4'), find)?.effect).toBe('allow');
    expect(houseWord([rule('allow', pattern)], line('gh run view 4'), find)).toBeUndefined();
  });

  test('that forbids fits where a word is not known, one that allows does not', () => {
    const unknown = line('git $X', command(`git ${HOLE}`));
    expect(houseWord([rule('deny', words('git push …'))], unknown, find)?.effect).toBe('deny');
    expect(houseWord([rule('allow', words('git status …'))], unknown, find)).toBeUndefined();
  });
});

describe('[GU201] of several rules', () => {
  test('what any forbids is forbidden, and what any asks about is asked', () => {
    const rules = [
      rule('allow', words('git …')),
      rule('ask', words('git push …'), 'project'),
      rule('deny', words('git push --force …'), 'installation'),
    ];
    expect(houseWord(rules, line('git status'), find)?.effect).toBe('allow');
    expect(houseWord(rules, line('git push'), find)?.effect).toBe('ask');
    expect(houseWord(rules, line('git push --force'), find)?.effect).toBe('deny');
  });

  test('a line is allowed when all of its commands are, as they are written', () => {
    const rules = [rule('allow', words('npm …')), rule('allow', words('git status'))];
    const both = line('npm test && git status', command('npm test'), command('git status'));
    expect(houseWord(rules, both, find)?.effect).toBe('allow');
    for (const other of [
      line('npm test; rm x', command('npm test'), command('rm x')),
      line('sudo npm test', command('npm test', { via: ['sudo'] })),
      line('NODE_OPTIONS=x npm test', command('npm test', { env: new Map([['NODE_OPTIONS', word('x')]]) })),
      line('npm test > a', command('npm test', { redirects: [{ kind: '>', fd: 1, target: word('a') }] })),
      {
        ...line('npm test'),
        interpreted: {
          commands: [command('npm test')],
          unresolved: [{ kind: 'syntax' as const, what: '?' }],
          hazards: [],
          files: new Map(),
        },
      },
      { action: { kind: 'command' as const, command: 'npm test' } },
    ])
      expect(houseWord(rules, other, find)).toBeUndefined();
    const quiet = command('npm test', { redirects: [{ kind: '>', fd: 1, target: word('/dev/null') }] });
    expect(houseWord(rules, line('npm test > /dev/null', quiet), find)?.effect).toBe('allow');
  });

  test('an expression is looked for in the line', () => {
    const rules = [rule('allow', { kind: 'line', expression: '^git (status|show\\b.*)$' })];
    expect(houseWord(rules, line('git show HEAD'), find)?.effect).toBe('allow');
    expect(houseWord(rules, line('git push'), find)).toBeUndefined();
  });
});

describe('[GU202] a pattern of a path', () => {
  const edit = (path: string) => ({ action: { kind: 'edit' as const, path, oldText: '', newText: 'x' } });
  test.each([
    ['*.lock', 'a/b/yarn.lock', true],
    ['.env*', 'app/.env.local', true],
    ['migrations', 'db/migrations/1.sql', true],
    ['src/**', 'src/a/b.ts', true],
    ['src/**', 'lib/a.ts', false],
    ['src/*/index.ts', 'src/a/index.ts', true],
    ['src/*/index.ts', 'src/a/b/index.ts', false],
    ['**/*.test.ts', 'a/b/c.test.ts', true],
    ['**/*.test.ts', 'c.test.ts', true],
    ['a?c.ts', 'abc.ts', true],
    ['./docs/', 'docs/a/b.md', true],
  ])('%s, and %s', (glob, path, fits) => {
    expect(houseWord([rule('ask', { kind: 'path', glob })], edit(path), find)?.effect).toBe(fits ? 'ask' : undefined);
  });
});

describe('[GU203] the guard and the house', () => {
  const guard = (verdict: Verdict['verdict']): Verdict => ({
    verdict,
    rules: ['files.x'],
    reason: 'The guard says so',
    saferWay: 'Look first',
  });
  const house = (effect: HouseEffect) => ({ effect, rule: rule(effect, words('rm …')) });
  test.each([
    ['allow', 'deny', 'deny'],
    ['allow', 'ask', 'ask'],
    ['ask', 'allow', 'allow'],
    ['ask', 'deny', 'deny'],
    ['deny', 'allow', 'deny'],
    ['deny', 'ask', 'deny'],
  ] as const)('the guard says %s, the house %s: %s', (said, effect, verdict) => {
    expect(withHouseWord(guard(said), house(effect)).verdict).toBe(verdict);
  });

  test('the house says whose rule it is, and keeps the safer way', () => {
    const one = { ...rule('deny', words('git push …'), 'installation'), note: 'Leads push.' };
    expect(withHouseWord(guard('ask'), { effect: 'deny', rule: one })).toEqual({
      by: 'house',
      verdict: 'deny',
      rules: [one.id, 'files.x'],
      reason: 'This installation forbids git push …. Leads push.',
      saferWay: 'Look first',
    });
    expect(withHouseWord(guard('ask'), undefined)).toMatchObject({ by: 'guard', reason: 'The guard says so' });
  });
});
