/**
 * A reader of SQL that is good enough to judge by: it finds the statements of a text and their words, whatever the dialect, and
 * leaves out what is quoted or commented. It never refuses a text.
 */

/** A statement's words in lower case, signs as words of their own; strings and quoted names keep their text after a `'`. */
export type SqlStatement = readonly string[];

/** A word that was written as a string begins with this sign. */
export const stringMark = "'";

const spaces = /\s+/y;
const lineComment = /--[^\n]*|#[^\n]*/y;
const blockComment = /\/\*(?!!)[\s\S]*?(?:\*\/|$)/y;
/** MySQL runs what stands in comments of this form. */
const runComment = /\/\*!\d*|\*\//y;
const dollarString = /(\$\w*\$)([\s\S]*?)(?:\1|$)/y;
const textString = /[eEnNbBxX]?'((?:[^'\\]|''|\\[\s\S])*)(?:'|$)/y;
const quotedName = /"((?:[^"]|"")*)(?:"|$)|`([^`]*)(?:`|$)|\[([\w .-]+)\]/y;
const metaCommand = /\\[^\n]*|^\.(?:shell|system|import|output|once|restore|save|backup)\b[^\n]*/my;
const word = /[\p{L}_@$][\p{L}\p{N}_@$]*|\d[\w.]*/uy;

/** The statements of a text, empty ones left out. psql's and sqlite3's own commands are statements of one word. */
export function readSql(text: string): SqlStatement[] {
  const statements: string[][] = [];
  let words: string[] = [];
  const end = () => {
    if (words.length > 0) statements.push(words);
    words = [];
  };
  for (const token of tokens(text)) {
    if (token === ';') end();
    else if (token.startsWith('\\') || /^\.[a-z]/.test(token)) {
      end();
      statements.push([token]);
    } else words.push(token);
  }
  end();
  return statements;
}

function* tokens(text: string): Generator<string> {
  let at = 0;
  while (at < text.length) {
    const skipped =
      match(spaces, text, at) ??
      match(lineComment, text, at) ??
      match(blockComment, text, at) ??
      match(runComment, text, at);
    if (skipped && skipped[0] !== '') {
      at += skipped[0].length;
      continue;
    }
    const [token, length] = tokenAt(text, at);
    at += length;
    yield token;
  }
}

function tokenAt(text: string, at: number): [token: string, length: number] {
  const meta = match(metaCommand, text, at);
  if (meta) return [meta[0].trim(), meta[0].length];
  const dollar = match(dollarString, text, at);
  if (dollar) return [stringMark + (dollar[2] ?? ''), dollar[0].length];
  const string = match(textString, text, at);
  if (string) return [stringMark + (string[1] ?? ''), string[0].length];
  const name = match(quotedName, text, at);
  if (name) return [(name[1] ?? name[2] ?? name[3] ?? '').toLowerCase(), Math.max(1, name[0].length)];
  const plain = match(word, text, at);
  if (plain) return [plain[0].toLowerCase(), plain[0].length];
  return [text.charAt(at), 1];
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
