export type NamedSymbol = { name: string; line: number };

const word = String.raw`([\p{L}_$][\p{L}\p{N}_$]*)`;
/** How common languages declare what people call by name, each at the start of a line. */
const declarations = [
  String.raw`(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|interface|type|enum|namespace)\s+${word}`,
  String.raw`(?:export\s+)?(?:const|let|var)\s+${word}\s*[:=]`,
  String.raw`(?:async\s+)?(?:def|class)\s+${word}`,
  String.raw`func\s+(?:\([^)]*\)\s*)?${word}`,
  String.raw`(?:pub(?:\([^)]*\))?\s+)?(?:async\s+)?(?:fn|struct|enum|trait|mod)\s+${word}`,
  String.raw`(?:public|private|protected|internal|static|final|sealed|\s)*\b(?:class|interface|record|enum)\s+${word}`,
].map((source) => new RegExp(String.raw`^\s{0,8}${source}`, 'u'));

const longestLine = 400;
const mostSymbols = 2_000;

/** What a text declares, by its lines alone: no compiler is asked, so a name in a comment may be among them. */
export function symbolsIn(text: string): NamedSymbol[] {
  const found: NamedSymbol[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (found.length >= mostSymbols) break;
    if (line.length > longestLine) continue;
    const name = declarations.map((pattern) => pattern.exec(line)?.[1]).find((each) => each !== undefined);
    if (name !== undefined) found.push({ name, line: index + 1 });
  }
  return found;
}
