import type { Span } from './lex-word.ts';

/** A shell program as the interpreter walks it: the parser's nodes without their surprises. */

/** A word as written, by its place. */
export type RawWord = Span;

export type RawRedirect =
  | { kind: 'file'; operator: string; descriptor: string | undefined; target: RawWord | undefined }
  | { kind: 'document'; quoted: boolean; strip: boolean; body: RawWord | undefined }
  | { kind: 'string'; word: RawWord };

export type Simple = { kind: 'simple'; source: string; words: readonly RawWord[]; redirects: readonly RawRedirect[] };

/** `tie` says how a part hangs on those before it. */
export type Tied = { tie: ';' | '&&' | '||'; background: boolean; statement: Statement };

export type Statement =
  | Simple
  | { kind: 'pipeline'; parts: readonly Statement[] }
  | { kind: 'not'; body: Statement }
  | { kind: 'list'; parts: readonly Tied[] }
  | { kind: 'group'; subshell: boolean; body: Statement; redirects: readonly RawRedirect[] }
  | { kind: 'if'; branches: readonly { test: Statement | undefined; body: Statement }[] }
  | { kind: 'loop'; until: boolean; test: Statement | undefined; body: Statement }
  | { kind: 'for'; variable: string; words: readonly RawWord[] | undefined; body: Statement }
  | {
      kind: 'case';
      subject: RawWord;
      arms: readonly { patterns: readonly RawWord[]; body: Statement; falls: boolean }[];
    }
  | { kind: 'function'; name: string; body: Statement }
  | { kind: 'test'; words: readonly RawWord[] }
  | { kind: 'arithmetic'; text: string; words: readonly RawWord[] };
