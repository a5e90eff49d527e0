import { createRequire } from 'node:module';
import type { Parser, TreeCursor } from 'web-tree-sitter';
import type { CodeLines, ReadCode } from '../../core/guard/edits/code-lines.ts';
import { importedNames } from './code-names.ts';
import { LineWriter } from './line-writer.ts';
import { loadParser, parseWithin } from './wasm-grammar.ts';

/** Reads programs into statements. Grammars are loaded once; reading is synchronous and bounded in length, depth and time. */

const longestSource = 200_000;
const deepest = 300;

let loading: Promise<ReadCode> | undefined;

/** @throws when a grammar cannot be loaded; the next call tries again */
export function loadCode(): Promise<ReadCode> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<ReadCode> {
  const require = createRequire(import.meta.url);
  // The bundle of the pages must not take the grammars for modules of its own.
  const [typescript, tsx, python, go, java] = await Promise.all([
    loadParser(require.resolve(/* turbopackIgnore: true */ 'tree-sitter-typescript/tree-sitter-typescript.wasm')),
    loadParser(require.resolve(/* turbopackIgnore: true */ 'tree-sitter-typescript/tree-sitter-tsx.wasm')),
    loadParser(require.resolve(/* turbopackIgnore: true */ 'tree-sitter-python/tree-sitter-python.wasm')),
    loadParser(require.resolve(/* turbopackIgnore: true */ 'tree-sitter-go/tree-sitter-go.wasm')),
    loadParser(require.resolve(/* turbopackIgnore: true */ 'tree-sitter-java/tree-sitter-java.wasm')),
  ]);
  // The grammar of TSX reads JavaScript and JSX as well.
  const parsers = new Map<string, Parser>([
    ...['ts', 'mts', 'cts'].map((ending) => [ending, typescript] as const),
    ...['tsx', 'jsx', 'js', 'mjs', 'cjs'].map((ending) => [ending, tsx] as const),
    ...['py', 'pyi'].map((ending) => [ending, python] as const),
    ['go', go],
    ['java', java],
  ]);
  return (path, text) => {
    const parser = parsers.get(path.slice(path.lastIndexOf('.') + 1).toLowerCase());
    return parser === undefined || text.length > longestSource ? undefined : read(parser, text);
  };
}

function read(parser: Parser, source: string): CodeLines | undefined {
  const tree = parseWithin(parser, source);
  if (tree === null) return undefined;
  const cursor = tree.walk();
  try {
    if (tree.rootNode.hasError) return undefined;
    const reader = new CodeReader(source);
    return reader.visit(cursor, 0) ? reader.writer.end() : undefined;
  } finally {
    cursor.delete();
    tree.delete();
  }
}

const comment = /comment/;
const ownLine =
  /_(?:statement|declaration|definition)$|^(?:decorator|pair|jsx_opening_element|jsx_self_closing_element|switch_case|annotation|marker_annotation)$/;
const texts = /^(?:string_fragment|string_content|jsx_text|regex_pattern|multiline_string_fragment)$|literal_content$/;
/** Below these, what stands after the statement that leaves is never run. */
const sequences =
  /^(?:statement_block|block|module|program|statement_list|switch_case|switch_default|expression_case|switch_block_statement_group)$/;
const leaving = /^(?:return|throw|raise|break|continue)_statement$/;
/** Known wherever they stand. */
const hoisted = /^(?:function_declaration|generator_function_declaration|class_declaration)$/;

class CodeReader {
  readonly writer: LineWriter;
  private readonly source: string;
  /** Names under which something else is known here, by what it is called where it comes from. */
  private readonly names = new Map<string, string>();
  constructor(source: string) {
    this.source = source;
    this.writer = new LineWriter(source);
  }

  /** Writes what lies under the cursor; false when it is nested too deep. */
  visit(cursor: TreeCursor, depth: number): boolean {
    if (depth > deepest) return false;
    const type = cursor.nodeType;
    if (comment.test(type) || this.isDocumentation(cursor, type)) return true;
    for (const [name, original] of importedNames(cursor, type)) this.names.set(name, original);
    const starts = ownLine.test(type);
    if (starts) this.writer.breakLine();
    if (!cursor.gotoFirstChild()) {
      this.leaf(cursor, type);
      return true;
    }
    const goesOn = this.children(cursor, type, depth);
    cursor.gotoParent();
    if (starts) this.writer.breakLine();
    return goesOn;
  }

  private children(cursor: TreeCursor, parent: string, depth: number): boolean {
    const isSequence = sequences.test(parent);
    let left = false;
    let never = false;
    do {
      const type = cursor.nodeType;
      if (cursor.currentFieldName === 'condition') never = isNever(cursor.nodeText);
      const skipped = (left && cursor.nodeIsNamed && !hoisted.test(type)) || (never && isThen(cursor));
      if (!skipped && !this.visit(cursor, depth + 1)) return false;
      left ||= isSequence && leaving.test(type);
    } while (cursor.gotoNextSibling());
    return true;
  }

  private leaf(cursor: TreeCursor, type: string): void {
    const { startIndex: start, endIndex: end } = cursor;
    const text = this.source.slice(start, end);
    const name = type === 'identifier' ? (this.names.get(text) ?? text) : text;
    this.writer.put({ start, end, text: name, isText: texts.test(type) });
  }

  /** A string that stands by itself is a comment, to those who write Python. */
  private isDocumentation(cursor: TreeCursor, type: string): boolean {
    if (
      type !== 'expression_statement' ||
      !/^[rub]*["']/i.test(this.source.slice(cursor.startIndex, cursor.startIndex + 3))
    )
      return false;
    const node = cursor.currentNode;
    return node.namedChildCount === 1 && node.namedChild(0)?.type === 'string' && !/^['"]use /.test(cursor.nodeText);
  }
}

const isNever = (condition: string) => /^\(?\s*(?:false|False|0)\s*\)?$/.test(condition);

const isThen = (cursor: TreeCursor) => cursor.currentFieldName === 'consequence' || cursor.currentFieldName === 'body';
