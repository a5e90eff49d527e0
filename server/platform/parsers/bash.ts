import { createRequire } from 'node:module';
import type { Parser, TreeCursor } from 'web-tree-sitter';
import type { ShellNode, ShellTree } from '../../core/guard/shell-tree.ts';
import { loadParser, parseWithin } from './wasm-grammar.ts';

/** Reads shell programs into plain trees. Loaded once; reading is synchronous and bounded in length, depth and time. */

const longestSource = 64 * 1024;
const deepest = 250;
const mostNodes = 30_000;

export type ReadBash = (source: string) => ShellTree;

let loading: Promise<ReadBash> | undefined;

/** @throws when the grammar cannot be loaded; the next call tries again */
export function loadBash(): Promise<ReadBash> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<ReadBash> {
  const require = createRequire(import.meta.url);
  // The bundle of the pages must not take the grammar for a module of its own.
  const grammar = require.resolve(/* turbopackIgnore: true */ 'tree-sitter-bash/tree-sitter-bash.wasm');
  const parser = await loadParser(grammar);
  const parse = (source: string): ShellTree => read(parser, source, parse);
  return parse;
}

const nothing: ShellNode = { type: 'program', field: undefined, start: 0, end: 0, children: [] };

function read(parser: Parser, source: string, parse: ReadBash): ShellTree {
  if (source.length > longestSource) return { source, root: nothing, trouble: 'too-long', parse };
  const tree = parseWithin(parser, source);
  if (tree === null) return { source, root: nothing, trouble: 'too-slow', parse };
  const cursor = tree.walk();
  try {
    const count = { left: mostNodes };
    const root = copy(cursor, 0, count);
    if (root !== undefined) return { source, root, parse };
    return { source, root: nothing, trouble: count.left > 0 ? 'too-deep' : 'too-long', parse };
  } finally {
    cursor.delete();
    tree.delete();
  }
}

/** The subtree under the cursor; undefined when it is deeper or larger than anything a person writes. */
function copy(cursor: TreeCursor, depth: number, count: { left: number }): ShellNode | undefined {
  count.left -= 1;
  if (depth > deepest || count.left <= 0) return undefined;
  const children: ShellNode[] = [];
  const start = cursor.startIndex;
  const end = cursor.endIndex;
  const isMissing = start === end && cursor.nodeIsMissing;
  const type = isMissing ? 'MISSING' : cursor.nodeType;
  const node: ShellNode = { type, field: cursor.currentFieldName ?? undefined, start, end, children };
  if (!cursor.gotoFirstChild()) return node;
  do {
    const child = copy(cursor, depth + 1, count);
    if (child === undefined) return undefined;
    children.push(child);
  } while (cursor.gotoNextSibling());
  cursor.gotoParent();
  return node;
}
