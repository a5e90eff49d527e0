import type { CodeLines } from '../../core/guard/edits/code-lines.ts';

type Leaf = { start: number; end: number; text: string; /** The inside of a string. */ isText: boolean };

/** No blank after these, and none before those: where a line was broken does not show. */
const opens = /[([{.!~]$/;
const closes = /^[)\]}.,;:?]/;
const longestLine = 1_500;

/** Puts the leaves of a tree together again, a statement a line. A string's signs stand around it and nowhere in it. */
export class LineWriter {
  private readonly lines: string[] = [];
  private readonly bareLines: string[] = [];
  private line = '';
  private bare = '';
  private at = 0;
  private readonly source: string;
  constructor(source: string) {
    this.source = source;
  }

  put({ start, end, text, isText }: Leaf): void {
    const gap = this.source.slice(this.at, start);
    if (this.line.length > longestLine && gap.includes('\n')) this.breakLine();
    const blank = /\s/.test(gap) && this.line !== '' && !opens.test(this.line) && !closes.test(text) ? ' ' : '';
    if (/^[)\]}]/.test(text)) this.dropComma();
    const shown = isText ? text.replaceAll(/\s+/g, ' ').replaceAll(/["'`]/g, '') : text.replace(/(["']){3}$/, '$1');
    this.line += blank + shown;
    this.bare += blank + (isText && /\s/.test(text.trim()) ? '' : shown);
    this.at = end;
  }

  breakLine(): void {
    const line = this.line.replace(/[\s,;]+$/, '');
    if (/[\w$'"`]/.test(line)) {
      this.lines.push(line);
      this.bareLines.push(this.bare.replace(/[\s,;]+$/, ''));
    }
    this.line = '';
    this.bare = '';
  }

  end(): CodeLines {
    this.breakLine();
    return { lines: this.lines, bare: this.bareLines };
  }

  private dropComma(): void {
    this.line = this.line.replace(/,$/, '');
    this.bare = this.bare.replace(/,$/, '');
  }
}
