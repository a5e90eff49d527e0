import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeHunks, refusalOf, type FileSide } from './suggestion.ts';
import { applyHunks } from './text-merge.ts';

const side = (text: string | undefined, more: Partial<FileSide> = {}): FileSide => ({
  mode: '100644',
  oid: `oid of ${text}`,
  text,
  format: 'utf-8 lf',
  ...more,
});
const lines = (...list: string[]) => list.map((line) => `${line}\n`).join('');
const hunksOf = (base: string, result: string) =>
  computeHunks({ path: 'a.ts', base: side(base), result: side(result) });

describe('the hunks of a file', () => {
  it('[RV1] counts lines as a unified diff does, with three lines of context', () => {
    const base = lines('1', '2', '3', '4', '5', '6', '7', '8', '9');
    const [changed, added, ...none] = hunksOf(base, lines('1', '2', '3', '4', 'five', '6', '7', '8', 'new', '9'));
    expect(none).toEqual([]);
    expect(changed).toMatchObject({
      kind: 'text',
      oldStart: 5,
      oldLines: 1,
      newStart: 5,
      newLines: 1,
      baseText: '5\n',
      resultText: 'five\n',
    });
    expect(changed).toMatchObject({ contextBefore: lines('2', '3', '4'), contextAfter: lines('6', '7', '8') });
    expect(added).toMatchObject({
      oldStart: 8,
      oldLines: 0,
      newStart: 9,
      newLines: 1,
      baseText: '',
      resultText: 'new\n',
    });
  });

  it('[RV2] makes one hunk of changes that are one line apart, two of those further apart', () => {
    expect(hunksOf(lines('a', 'b', 'c'), lines('A', 'b', 'C'))).toHaveLength(1);
    expect(hunksOf(lines('a', 'b', 'b', 'c'), lines('A', 'b', 'b', 'C'))).toHaveLength(2);
  });

  it('[RV3] gives a hunk the same id each time, and another one for another path, place or text', () => {
    const id = (base: string, result: string, path = 'a.ts') =>
      computeHunks({ path, base: side(base), result: side(result) })[0]?.id;
    const first = id(lines('a', 'b'), lines('a', 'B'));
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect(id(lines('a', 'b'), lines('a', 'B'))).toBe(first);
    const others = [
      id(lines('a', 'b'), lines('a', 'B'), 'b.ts'),
      id(lines('x', 'a', 'b'), lines('x', 'a', 'B')),
      id(lines('a', 'b'), lines('a', 'C')),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
  });

  it('[RV3] never gives two hunks of one file the same id', () => {
    const text = fc.array(fc.constantFrom('x', 'y', ''), { maxLength: 14 }).map((list) => list.join('\n'));
    fc.assert(
      fc.property(text, text, (base, result) => {
        const ids = hunksOf(base, result).map((hunk) => hunk.id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it('[RV1] gives the result when all are applied, whatever the line feeds at the end', () => {
    const text = fc
      .array(fc.constantFrom('x', 'y', 'z', '', '\n', 'x\n'), { maxLength: 14 })
      .map((list) => list.join(''));
    fc.assert(
      fc.property(text, text, (base, result) => {
        const hunks = computeHunks({
          path: 'a.ts',
          base: side(base, { oid: 'a' }),
          result: side(result, { oid: 'b' }),
        });
        expect(applyHunks(base, hunks)).toBe(result);
      }),
      { numRuns: 1_000 },
    );
  });

  it('[RV4] makes one hunk of a whole file that is added or deleted', () => {
    expect(computeHunks({ path: 'a', base: undefined, result: side('x\n') })).toMatchObject([
      { kind: 'add', oldStart: 0, oldLines: 0, newStart: 1, newLines: 1, resultText: 'x\n' },
    ]);
    expect(computeHunks({ path: 'a', base: side('x\ny'), result: undefined })).toMatchObject([
      { kind: 'delete', oldStart: 1, oldLines: 2, newStart: 0, newLines: 0, baseText: 'x\ny' },
    ]);
    expect(computeHunks({ path: 'a', base: undefined, result: side('') })).toMatchObject([
      { kind: 'add', newStart: 0, newLines: 0 },
    ]);
    expect(computeHunks({ path: 'a', base: undefined, result: undefined })).toEqual([]);
  });

  it('[RV5] makes one hunk of bytes that are no text, and of line ends that change', () => {
    expect(
      computeHunks({ path: 'a.png', base: side(undefined, { oid: '1' }), result: side(undefined, { oid: '2' }) }),
    ).toMatchObject([{ kind: 'replace', resultText: '' }]);
    expect(
      computeHunks({
        path: 'a',
        base: side('x\n', { oid: '1' }),
        result: side('x\n', { oid: '2', format: 'utf-8 crlf' }),
      }),
    ).toMatchObject([{ kind: 'replace' }]);
    expect(
      computeHunks({
        path: 'a',
        base: side('x\n', { format: 'utf-8 crlf' }),
        result: side('y\n', { format: 'utf-8 crlf' }),
      }),
    ).toMatchObject([{ kind: 'text', resultText: 'y\n' }]);
  });

  it('[RV5] tells two binary changes of one path apart', () => {
    const change = (oid: string) =>
      computeHunks({ path: 'a.png', base: side(undefined, { oid: '1' }), result: side(undefined, { oid }) })[0]?.id;
    expect(change('2')).not.toBe(change('3'));
  });

  it('[RV6] shows a changed executable bit as a hunk of its own', () => {
    const hunks = computeHunks({ path: 'run.sh', base: side('a\n'), result: side('b\n', { mode: '100755' }) });
    expect(hunks.map((hunk) => hunk.kind)).toEqual(['text', 'mode']);
    expect(computeHunks({ path: 'run.sh', base: side('a\n'), result: side('a\n', { mode: '100755' }) })).toMatchObject([
      { kind: 'mode' },
    ]);
  });
});

describe('a suggestion that is refused', () => {
  const change = (path: string, oldMode = '100644', newMode = '100644') => [{ path, oldMode, newMode }];

  it.each([
    ['git’s own folder', change('.git/config'), 'leads into .git'],
    ['another spelling of it', change('sub/.GIT/hooks/pre-commit'), 'leads into .git'],
    ['a path that climbs', change('../outside'), 'component ".."'],
    ['an absolute path', change('/etc/passwd'), 'begins with a slash'],
    ['a new link', change('link', '000000', '120000'), 'symbolic link'],
    ['a file turned into a link', change('a.ts', '100644', '120000'), 'symbolic link'],
    ['a link turned into a file', change('link', '120000', '100644'), 'symbolic link'],
    ['a link taken away', change('link', '120000', '000000'), 'symbolic link'],
    ['a submodule', change('vendor', '000000', '160000'), 'submodule'],
    ['a submodule taken away', change('vendor', '160000', '000000'), 'submodule'],
  ])('[RV7] names the reason: %s', (_what, changes, reason) => {
    expect(refusalOf([...change('fine.ts'), ...changes])).toContain(reason);
  });

  it('[RV7] lets ordinary files through', () => {
    expect(
      refusalOf([...change('src/a.ts'), ...change('run.sh', '100644', '100755'), ...change('.gitignore')]),
    ).toBeUndefined();
  });
});
