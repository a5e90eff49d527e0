import { describe, expect, test, vi } from 'vitest';
import type { OperationResult, SourceText } from './operation.ts';
import { organiseImports } from './organise-imports.ts';
import { renameSymbol } from './rename-symbol.ts';
import { replaceCode } from './replace-code.ts';

/** A compiler is loaded or a program started in each; a busy machine needs time for it. */
vi.setConfig({ testTimeout: 30_000 });

const root = '/nowhere';
const file = (path: string, ...lines: string[]): SourceText => ({ path, text: `${lines.join('\n')}\n` });
const everywhere = () => true;

function after(result: OperationResult): Record<string, string> {
  if (result.state === 'refused') throw new Error(result.reason);
  return Object.fromEntries(result.edits.map((edit) => [edit.path, edit.after]));
}

describe('rename', () => {
  const money = file('src/money.ts', 'export function parseAmount(text: string) {', '  return Number(text);', '}');
  const cart = file(
    'src/cart.ts',
    "import { parseAmount } from './money.ts';",
    '',
    "export const total = parseAmount('1');",
  );
  const rename = (files: SourceText[], to = 'parseMoney', declaredIn: (path: string) => boolean = everywhere) =>
    renameSymbol({ root, files }, { from: 'parseAmount', to, declaredIn });

  test('follows imports and calls, and leaves texts alone', () => {
    const note = file('src/note.ts', "export const note = 'parseAmount';");
    expect(after(rename([money, cart, note]))).toEqual({
      'src/money.ts': money.text.replace('parseAmount', 'parseMoney'),
      'src/cart.ts': cart.text.replaceAll('parseAmount', 'parseMoney'),
    });
  });

  test('leaves another symbol of the same name alone', () => {
    const other = file('src/other.ts', 'function parseAmount() {}', 'parseAmount();');
    expect(after(rename([money, cart, other], 'parseMoney', (path) => path === 'src/money.ts'))).not.toHaveProperty(
      'src/other.ts',
    );
  });

  test('keeps line ends and the byte order mark', () => {
    const windows = { path: 'src/money.ts', text: `\uFEFF${money.text.replaceAll('\n', '\r\n')}` };
    expect(after(rename([windows]))['src/money.ts']).toBe(windows.text.replace('parseAmount', 'parseMoney'));
  });

  test('is refused where the new name is taken, or is no name', () => {
    const taken = file('src/money.ts', 'export const parseAmount = 1;', 'export const parseMoney = parseAmount;');
    expect(rename([taken])).toMatchObject({ state: 'refused' });
    expect(rename([money], 'class')).toMatchObject({ state: 'refused' });
    expect(rename([money], 'parse money')).toMatchObject({ state: 'refused' });
  });

  test('finds nothing where nothing has the name', () => {
    expect(rename([file('a.ts', 'export {};')])).toMatchObject({ state: 'done', edits: [], searched: 1 });
  });
});

describe('replace', () => {
  test('fills in what the pattern captured, also inside itself, and only in code', async () => {
    const given = file('a.ts', 'console.log(console.log(1));', "const text = 'console.log(2)';", '// console.log(3)');
    const result = await replaceCode([given], { pattern: 'console.log($A)', replacement: 'logger.info($A)' });
    expect(after(result)['a.ts']).toBe(
      given.text.replace('console.log(console.log(1))', 'logger.info(logger.info(1))'),
    );
  });

  test('leaves a file as it is that would not parse afterwards, and says so', async () => {
    const result = await replaceCode([file('a.ts', 'foo(1);')], { pattern: 'foo($A)', replacement: 'if (' });
    expect(result.state === 'refused' || (result.edits.length === 0 && result.skipped.length === 1)).toBe(true);
  });

  test('a replacement must not use what the pattern does not capture', async () => {
    expect(await replaceCode([file('a.ts', 'foo(1);')], { pattern: 'foo($A)', replacement: 'bar($B)' })).toMatchObject({
      state: 'refused',
    });
  });
});

describe('imports', () => {
  const given = file(
    'a.ts',
    "import { z, a } from './m.ts';",
    "import './effect.ts';",
    "import { unused } from './n.ts';",
    '',
    'export const sum = z + a;',
  );

  test('organise sorts, drops what is unused and keeps imports for their effect', () => {
    const text = after(organiseImports({ root, files: [given], mode: 'organise' }))['a.ts'];
    expect(text).toContain("import { a, z } from './m.ts';");
    expect(text).toContain("import './effect.ts';");
    expect(text).not.toContain('unused');
  });

  test('remove unused keeps the order of the rest', () => {
    const text = after(organiseImports({ root, files: [given], mode: 'remove-unused' }))['a.ts'];
    expect(text).toContain("import { z, a } from './m.ts';");
    expect(text).not.toContain('unused');
  });

  test('a file that does not parse is left alone, and it is said', () => {
    const result = organiseImports({
      root,
      files: [file('a.ts', "import { a } from './m.ts';", 'const = ;')],
      mode: 'organise',
    });
    expect(result).toMatchObject({ state: 'done', edits: [], skipped: [{ path: 'a.ts' }] });
  });
});
