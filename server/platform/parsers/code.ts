import type { TreeCursor } from 'web-tree-sitter';
import type { CodeLines, ReadCode } from '../../core/guard/edits/code-lines.ts';
import {
  endingOf,
  everyEnding,
  grammarOf,
  grammarsFor,
  isComponent,
  loadGrammar,
  type CodeParser,
  type CodeShape,
  type GrammarName,
} from './code-grammars.ts';
import { importedNames } from './code-names.ts';
import { LineWriter } from './line-writer.ts';
import { readComponent } from './read-component.ts';
import { parseWithin } from './wasm-grammar.ts';

/** Reads programs into statements. Grammars are loaded once each; reading is synchronous and bounded in length, depth and time. */

const longestSource = 200_000;
const deepest = 300;

const loading = new Map<GrammarName, Promise<CodeParser>>();

function load(name: GrammarName): Promise<CodeParser> {
  const known = loading.get(name);
  if (known) return known;
  const parser = loadGrammar(name).catch((error: unknown) => {
    loading.delete(name);
    throw error;
  });
  loading.set(name, parser);
  return parser;
}

/**
 * @param paths of the files that will be read, so that no more grammars are loaded than they need; without it, all are
 * @throws when a grammar cannot be loaded; the next call tries again
 */
export async function loadCode(paths?: readonly string[]): Promise<ReadCode> {
  const names = grammarsFor(paths?.map(endingOf) ?? everyEnding);
  const parsers = new Map(await Promise.all(names.map(async (name) => [name, await load(name)] as const)));
  const readAs = (ending: string, text: string): CodeLines | undefined => {
    const name = grammarOf(ending);
    const parser = name && parsers.get(name);
    return parser === undefined || text.length > longestSource ? undefined : read(parser, text);
  };
  return (path, text) => {
    const ending = endingOf(path);
    return isComponent(ending) ? readComponent(text, readAs) : readAs(ending, text);
  };
}

function read({ parser, shape }: CodeParser, source: string): CodeLines | undefined {
  const tree = parseWithin(parser, source);
  if (tree === null) return undefined;
  const cursor = tree.walk();
  try {
    if (tree.rootNode.hasError) return undefined;
    const reader = new CodeReader(source, shape);
    return reader.visit(cursor, 0) ? reader.writer.end() : undefined;
  } finally {
    cursor.delete();
    tree.delete();
  }
}

const comment = /comment/;
const texts = /^(?:string_fragment|string_content|jsx_text|regex_pattern|multiline_string_fragment)$|literal_content$/;
class CodeReader {
  readonly writer: LineWriter;
  private readonly source: string;
  private readonly shape: CodeShape;
  /** Names under which something else is known here, by what it is called where it comes from. */
  private readonly names = new Map<string, string>();
  constructor(source: string, shape: CodeShape) {
    this.source = source;
    this.shape = shape;
    this.writer = new LineWriter(source);
  }

  /** Writes what lies under the cursor; false when it is nested too deep, or no program. */
  visit(cursor: TreeCursor, depth: number, isLine = false): boolean {
    const type = cursor.nodeType;
    if (depth > deepest || this.isForeign(cursor, type)) return false;
    if (comment.test(type) || this.isDocumentation(cursor, type)) return true;
    for (const [name, original] of importedNames(cursor, type)) this.names.set(name, original);
    const starts = isLine || this.shape.ownLine.test(type);
    if (starts) this.writer.breakLine();
    let goesOn = true;
    if (cursor.gotoFirstChild()) {
      goesOn = this.children(cursor, type, depth);
      cursor.gotoParent();
    } else this.leaf(cursor, type);
    if (starts) this.writer.breakLine();
    return goesOn;
  }

  private isForeign(cursor: TreeCursor, type: string): boolean {
    return this.shape.foreign?.test(type) === true && cursor.nodeText.trim() !== '';
  }

  private children(cursor: TreeCursor, parent: string, depth: number): boolean {
    const isSequence = this.shape.sequences.test(parent);
    const holdsLines = this.shape.holdsLines?.test(parent) === true;
    const state = { left: false, never: false };
    do {
      const type = cursor.nodeType;
      if (cursor.currentFieldName === 'condition') state.never = isNever(cursor.nodeText);
      const isLine = holdsLines && cursor.nodeIsNamed;
      if (!this.isSkipped(cursor, type, state) && !this.visit(cursor, depth + 1, isLine)) return false;
      state.left ||= isSequence && this.leaves(cursor, type);
    } while (cursor.gotoNextSibling());
    return true;
  }

  /** What is never run: after a statement that leaves, below a condition that never holds. */
  private isSkipped(cursor: TreeCursor, type: string, { left, never }: { left: boolean; never: boolean }): boolean {
    return (left && cursor.nodeIsNamed && !this.shape.hoisted.test(type)) || (never && isThen(cursor));
  }

  private leaves(cursor: TreeCursor, type: string): boolean {
    const { leaving, leavingBy } = this.shape;
    return leaving.test(type) || (leavingBy?.type.test(type) === true && leavingBy.text.test(cursor.nodeText));
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

const isNever = (condition: string) => /^\(?\s*(?:false|0)\s*\)?$/i.test(condition);

const isThen = (cursor: TreeCursor) => cursor.currentFieldName === 'consequence' || cursor.currentFieldName === 'body';
