import { describe, expect, test } from 'vitest';
import type { GuardedAction } from './guarded-action.ts';
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

describe('[GU84] a pattern of a command that asks or denies', () => {
  const denied = (pattern: string, of: SimpleCommand) =>
    houseWord([rule('deny', words(pattern))], line(of.source, of), find)?.effect === 'deny';
  test.each([
    ['git push …', 'git -C web push origin main', true],
    ['git push …', 'git --no-pager -c a.b=c push', true],
    ['git push …', 'git -C web log push', false],
    ['kubectl delete …', 'kubectl -n prod delete pod x', true],
    ['kubectl delete …', 'kubectl get delete', false],
    ['npm publish', 'npm --tag next publish', true],
    ['npm publish', 'npm publish now', false],
  ])('%s passes over options in %s', (pattern, text, fits) => {
    expect(denied(pattern, command(text))).toBe(fits);
  });

  test('knows a wrapper, a path and a shell by what they are written as', () => {
    expect(denied('sudo …', command('apt install x', { via: ['sudo'], source: 'sudo apt install x' }))).toBe(true);
    expect(denied('npx tsc …', command('tsc', { via: ['npx'], source: 'FOO=1 /usr/bin/npx tsc' }))).toBe(true);
    expect(denied('bash …', command('rm x', { via: ['bash -c'] }))).toBe(true);
    expect(denied('./gradlew …', command('gradlew build', { program: word('./gradlew') }))).toBe(true);
    expect(denied('sudo …', command('apt install sudo'))).toBe(false);
  });
});

describe('[GU84] a pattern of a command that allows', () => {
  const allowed = (pattern: ActionPattern, ...commands: SimpleCommand[]) =>
    houseWord([rule('allow', pattern)], line('the line', ...commands), find)?.effect === 'allow';
  test('names a tool that runs others as it is written', () => {
    const tsc = command('tsc --noEmit', { via: ['npx'], source: 'npx tsc --noEmit' });
    expect(allowed(words('npx tsc …'), tsc)).toBe(true);
    expect(allowed(words('tsc …'), tsc)).toBe(false);
    expect(allowed(words('npx …'), { ...tsc, source: 'npx tsc $(x)' })).toBe(false);
    expect(allowed(words('sudo …'), command('rm x', { via: ['sudo'], source: 'sudo rm x' }))).toBe(false);
    expect(allowed(words('./gradlew …'), command('gradlew build', { program: word('./gradlew') }))).toBe(true);
    expect(allowed(words('git push …'), command('git -C web push'))).toBe(false);
  });

  test('may be an expression that each command of the line has to fit', () => {
    const pattern: ActionPattern = { kind: 'line', expression: '^(git status|echo\\b.*)$', each: true };
    expect(patternText(pattern)).toBe('commands with /^(git status|echo\\b.*)$/');
    expect(allowed(pattern, command('git status'), command('echo done'))).toBe(true);
    expect(allowed(pattern, command('git status'), command('rm x'))).toBe(false);
    const asked = houseWord([rule('ask', { ...pattern, expression: '^rm' })], line('a && rm x', command('rm x')), find);
    expect(asked?.effect).toBe('ask');
  });
});

describe('[GU85] patterns of what is no command and no change', () => {
  const said = (pattern: ActionPattern, action: GuardedAction) => houseWord([rule('deny', pattern)], { action }, find);
  test.each([
    ['docs.example.com', 'https://docs.example.com/a?b', true],
    ['*.example.com', 'https://DOCS.example.com./', true],
    ['*.example.com', 'https://example.com.evil.org/', false],
    ['example.com', 'https://example.com@evil.org/', false],
    ['*', 'no address', true],
    ['example.com', 'no address', false],
  ])('fetching from %s, and %s', (host, address, fits) => {
    expect(said({ kind: 'fetch', host }, { kind: 'fetch', address }) !== undefined).toBe(fits);
  });

  test('reading a file, and a tool of a server', () => {
    expect(said({ kind: 'read', glob: '*.pem' }, { kind: 'read', path: 'keys/a.pem' })).toBeDefined();
    expect(said({ kind: 'path', glob: '*.pem' }, { kind: 'read', path: 'keys/a.pem' })).toBeUndefined();
    const close = { kind: 'mcp', server: 'tickets', name: 'close_issue', input: '{}' } as const;
    expect(said({ kind: 'tool', server: 'tickets', tool: 'close_*' }, close)).toBeDefined();
    expect(said({ kind: 'tool', server: 'notes', tool: '*' }, close)).toBeUndefined();
    expect(said({ kind: 'tool', server: '*', tool: '*' }, { kind: 'other', tool: 'x', input: '' })).toBeUndefined();
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
