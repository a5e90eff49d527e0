import { readFile } from 'node:fs/promises';
import { Language, Parser, type Tree } from 'web-tree-sitter';

/** @throws when the grammar cannot be loaded */
export async function loadParser(grammarFile: string): Promise<Parser> {
  await Parser.init();
  const language = await Language.load(await readFile(grammarFile));
  const parser = new Parser();
  parser.setLanguage(language);
  return parser;
}

const timeoutMs = 80;

/** The tree, to be deleted by the caller; null when reading takes too long. */
export function parseWithin(parser: Parser, source: string): Tree | null {
  // Short programs cannot take long, and watching the clock costs more than reading them.
  if (source.length < 512) return parser.parse(source);
  const giveUpAt = performance.now() + timeoutMs;
  const tree = parser.parse(source, null, { progressCallback: () => performance.now() > giveUpAt });
  if (tree === null) parser.reset();
  return tree;
}
