import { createRequire } from 'node:module';
import type { Parser } from 'web-tree-sitter';
import { loadParser } from './wasm-grammar.ts';

/** How the tree of a language is read: which nodes are statements, which hold them, and which end them. */
export type CodeShape = {
  /** A line of its own. */
  ownLine: RegExp;
  /** Each of its parts is a line of its own, where statements have no names that say so. */
  holdsLines?: RegExp;
  /** Below these, what stands after the statement that leaves is never run. */
  sequences: RegExp;
  leaving: RegExp;
  /** Statements that leave by what they say: `raise`, `panic!`. */
  leavingBy?: { type: RegExp; text: RegExp };
  /** Known wherever they stand. */
  hoisted: RegExp;
  /** Where it is not a program alone: then it is compared by its lines. */
  foreign?: RegExp;
};

const usual: CodeShape = {
  ownLine:
    /_(?:statement|declaration|definition)$|^(?:decorator|pair|jsx_opening_element|jsx_self_closing_element|switch_case|annotation|marker_annotation)$/,
  sequences:
    /^(?:statement_block|block|module|program|statement_list|switch_case|switch_default|expression_case|switch_block_statement_group)$/,
  leaving: /^(?:return|throw|raise|break|continue)_statement$/,
  hoisted: /^(?:function_declaration|generator_function_declaration|class_declaration)$/,
};

const ruby: CodeShape = {
  ownLine: /^(?:pair|when|rescue)$/,
  holdsLines: /^(?:program|body_statement|block_body|then|else|ensure|begin|do|begin_block)$/,
  sequences: /^(?:program|body_statement|block_body|then|else|ensure|begin|do)$/,
  leaving: /^(?:return|break|next|redo|retry)$/,
  leavingBy: { type: /^(?:call|identifier)$/, text: /^(?:raise|abort|exit!?)(?![\w.?])/ },
  hoisted: /^(?:method|singleton_method|class|module)$/,
};

const php: CodeShape = {
  ...usual,
  sequences: /^(?:program|compound_statement|case_statement|default_statement|colon_block)$/,
  leaving: /^(?:return|break|continue|exit|goto)_statement$/,
  leavingBy: { type: /^expression_statement$/, text: /^(?:throw|exit|die)\b/i },
  hoisted: /^(?:function_definition|class_declaration|interface_declaration|trait_declaration|enum_declaration)$/,
  foreign: /^text$/,
};

const rust: CodeShape = {
  ownLine: /_(?:item|declaration|statement|arm|definition)$|^(?:field_initializer)$/,
  sequences: /^(?:source_file|block|declaration_list)$/,
  leaving: /^(?:return|break|continue)_expression$/,
  leavingBy: { type: /^expression_statement$/, text: /^(?:return\b|break\b|continue\b|panic!|unreachable!|todo!)/ },
  hoisted: /_item$/,
};

const csharp: CodeShape = {
  ...usual,
  sequences: /^(?:compilation_unit|block|switch_section)$/,
  leaving: /^(?:return|throw|break|continue|goto)_statement$/,
  hoisted: /^(?:local_function_statement|class_declaration|method_declaration)$/,
};

type Grammar = { file: () => string; shape: CodeShape };

const require = createRequire(import.meta.url);

// The bundle of the pages must not take the grammars for modules of its own.
const grammars = {
  typescript: {
    file: () => require.resolve(/* turbopackIgnore: true */ 'tree-sitter-typescript/tree-sitter-typescript.wasm'),
    shape: usual,
  },
  tsx: {
    file: () => require.resolve(/* turbopackIgnore: true */ 'tree-sitter-typescript/tree-sitter-tsx.wasm'),
    shape: usual,
  },
  python: {
    file: () => require.resolve(/* turbopackIgnore: true */ 'tree-sitter-python/tree-sitter-python.wasm'),
    shape: usual,
  },
  go: { file: () => require.resolve(/* turbopackIgnore: true */ 'tree-sitter-go/tree-sitter-go.wasm'), shape: usual },
  java: {
    file: () => require.resolve(/* turbopackIgnore: true */ 'tree-sitter-java/tree-sitter-java.wasm'),
    shape: usual,
  },
  ruby: {
    file: () => require.resolve(/* turbopackIgnore: true */ 'tree-sitter-ruby/tree-sitter-ruby.wasm'),
    shape: ruby,
  },
  php: { file: () => require.resolve(/* turbopackIgnore: true */ 'tree-sitter-php/tree-sitter-php.wasm'), shape: php },
  rust: {
    file: () => require.resolve(/* turbopackIgnore: true */ 'tree-sitter-rust/tree-sitter-rust.wasm'),
    shape: rust,
  },
  csharp: {
    file: () => require.resolve(/* turbopackIgnore: true */ 'tree-sitter-c-sharp/tree-sitter-c_sharp.wasm'),
    shape: csharp,
  },
} satisfies Record<string, Grammar>;

export type GrammarName = keyof typeof grammars;

/** The grammar of TSX reads JavaScript and JSX as well. */
const byEnding: ReadonlyMap<string, GrammarName> = new Map<string, GrammarName>([
  ...['ts', 'mts', 'cts'].map((ending) => [ending, 'typescript'] as const),
  ...['tsx', 'jsx', 'js', 'mjs', 'cjs'].map((ending) => [ending, 'tsx'] as const),
  ...['py', 'pyi'].map((ending) => [ending, 'python'] as const),
  ['go', 'go'],
  ['java', 'java'],
  ...['rb', 'rake', 'gemspec'].map((ending) => [ending, 'ruby'] as const),
  ['php', 'php'],
  ['rs', 'rust'],
  ['cs', 'csharp'],
]);

export const endingOf = (path: string): string => path.slice(path.lastIndexOf('.') + 1).toLowerCase();
export const grammarOf = (ending: string): GrammarName | undefined => byEnding.get(ending);

/** Programs within a page's markup. */
export const isComponent = (ending: string): boolean => ending === 'vue' || ending === 'svelte';

/** What is needed to read files of these endings. */
export function grammarsFor(endings: readonly string[]): GrammarName[] {
  const needed = endings.flatMap((ending) => {
    if (isComponent(ending)) return ['typescript', 'tsx'] as const;
    return grammarOf(ending) ?? [];
  });
  return [...new Set(needed)];
}

export const everyEnding: readonly string[] = [...byEnding.keys()];

export type CodeParser = { parser: Parser; shape: CodeShape };

export async function loadGrammar(name: GrammarName): Promise<CodeParser> {
  const { file, shape } = grammars[name];
  return { parser: await loadParser(file()), shape };
}
