import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRequest, type Command } from './parse-request.ts';

const rename = (from: string, to: string, scope: string[] = []): Command => ({ kind: 'rename', from, to, scope });

test.each<[string, Command[]]>([
  ['rename parseAmount to parseMoney', [rename('parseAmount', 'parseMoney')]],
  [
    'please rename `parseAmount` to `parseMoney` in src/money.ts.',
    [rename('parseAmount', 'parseMoney', ['src/money.ts'])],
  ],
  ['@refactor Rename the function parseAmount to parseMoney', [rename('parseAmount', 'parseMoney')]],
  [
    'replace console.log($A) with logger.info($A) in src',
    [{ kind: 'replace', pattern: 'console.log($A)', replacement: 'logger.info($A)', scope: ['src'] }],
  ],
  ['replace `foo($A)` by `bar($A)`', [{ kind: 'replace', pattern: 'foo($A)', replacement: 'bar($A)', scope: [] }]],
  ['fix lint in src/cart.ts', [{ kind: 'lint', scope: ['src/cart.ts'] }]],
  ['format src', [{ kind: 'format', scope: ['src'] }]],
  ['organise imports', [{ kind: 'organise', scope: [] }]],
  ['organize imports in src/x.ts', [{ kind: 'organise', scope: ['src/x.ts'] }]],
  ['remove unused imports', [{ kind: 'remove-unused', scope: [] }]],
  ['rename a to b and then organise imports', [rename('a', 'b'), { kind: 'organise', scope: [] }]],
])('%s', (text, commands) => {
  expect(parseRequest(text)).toEqual({ state: 'commands', commands });
});

test.each([
  ['make it faster', undefined],
  ['rename', 'say both names: rename OLD to NEW'],
  ['rename parseAmount parseMoney', 'say both names: rename OLD to NEW'],
  ['rename a-b to c', 'a-b is not the name of a symbol'],
])('%s is not understood, and it is said why', (text, reason) => {
  expect(parseRequest(text)).toMatchObject({
    state: 'unclear',
    unclear: [reason === undefined ? { text } : { text, reason }],
    commands: [],
  });
});

test('of a request that is understood in part, both parts are told', () => {
  const parsed = parseRequest('fix lint\nmake it faster');
  expect(parsed).toMatchObject({ state: 'unclear', commands: [{ kind: 'lint' }] });
});

test.each(['', '   ', 'help', 'what can you do?'])('%j asks what the agent can do', (text) => {
  expect(parseRequest(text)).toEqual({ state: 'help' });
});

test('whatever is asked, an answer comes, and quickly', () => {
  const words = fc.constantFrom(
    'rename',
    'replace',
    'to',
    'with',
    'in',
    'and then',
    '`',
    '"',
    "'",
    '$A',
    ';',
    '\n',
    'src/*.ts',
    '@',
    '(',
    ')',
    '.',
    ',',
  );
  const text = fc.array(fc.oneof(words, fc.string()), { maxLength: 60 }).map((parts) => parts.join(' '));
  fc.assert(
    fc.property(text, (given) => {
      expect(['commands', 'help', 'unclear']).toContain(parseRequest(given).state);
    }),
  );
  expect(parseRequest('a'.repeat(30_000))).toMatchObject({ state: 'unclear', unclear: [{ reason: 'it is too long' }] });
});
