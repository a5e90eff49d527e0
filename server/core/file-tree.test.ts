import { expect, test } from 'vitest';
import { fileTree, visibleRows } from './file-tree.ts';

const files = [
  { path: 'src/b10.ts' },
  { path: 'src/b9.ts', change: 'modified' as const },
  { path: 'README.md' },
  { path: 'src/deep/er/x.ts' },
  { path: 'a.ts' },
];

test('folders come first, numbers in names count as numbers', () => {
  const tree = fileTree(files);
  expect(tree.map((node) => node.name)).toEqual(['src', 'a.ts', 'README.md']);
  expect(tree[0]?.children.map((node) => node.name)).toEqual(['deep', 'b9.ts', 'b10.ts']);
});

test('a folder tells that something below it has changed', () => {
  const [src] = fileTree(files);
  expect(src?.change).toBe('inside');
  expect(src?.children[0]?.change).toBeUndefined();
});

test('only rows in open folders are visible', () => {
  const tree = fileTree(files);
  expect(visibleRows(tree, () => false)).toHaveLength(3);
  expect(visibleRows(tree, (path) => path === 'src').map((node) => node.path)).toEqual([
    'src',
    'src/deep',
    'src/b9.ts',
    'src/b10.ts',
    'a.ts',
    'README.md',
  ]);
});
