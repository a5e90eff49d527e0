/**
 * A program, statement by statement, whatever lines it was written on: comments and what never runs (after a `return`, below
 * `if (false)`) left out, blanks as they would be on one line, names that were imported under another one spelled out.
 */
export type CodeLines = {
  lines: readonly string[];
  /** The same lines without texts for people: strings with blanks in them are empty. */
  bare: readonly string[];
};

/** Reads a program; undefined where there is no grammar for the file, or where its text has no reading: then its lines are looked at. */
export type ReadCode = (path: string, text: string) => CodeLines | undefined;
