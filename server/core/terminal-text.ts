/**
 * Takes what programs print for terminals out of a stream of text: colours, cursor movements, titles, and lines that were
 * written over with a carriage return. Sequences cut by the end of a chunk are kept for the next one.
 */
export class TerminalText {
  #rest = '';

  /** The plain text of the next chunk, as far as it is known. */
  push(chunk: string): string {
    const text = this.#rest + chunk;
    const cut = unfinishedAt(text);
    this.#rest = text.slice(cut);
    return plain(text.slice(0, cut));
  }

  /** What was still held back when the stream ended. */
  end(): string {
    const rest = this.#rest;
    this.#rest = '';
    return plain(rest);
  }
}

/** Longer than any sequence in use; what has not ended by then is text. */
const maxSequence = 1000;

function unfinishedAt(text: string): number {
  if (text.endsWith('\r')) return text.length - 1;
  const escape = text.replaceAll(everySequence, (whole) => ' '.repeat(whole.length)).indexOf('\u001b');
  return escape === -1 || text.length - escape > maxSequence ? text.length : escape;
}

// CSI (colours, movements), OSC (titles, links) up to BEL or ST, other strings, two-character sequences (ECMA-48).
const sequence =
  '\\u001b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)|[PX^_][^\\u001b]*\\u001b\\\\|[ -/]+[0-~]|[0-OQ-WYZ\\\\`-~])';
const everySequence = new RegExp(sequence, 'g');
// All control characters but tab and newline.
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g; // oxlint-disable-line no-control-regex -- they are what is taken out

function plain(text: string): string {
  const printed = text.replaceAll(everySequence, '').replaceAll('\r\n', '\n');
  return printed.split('\n').map(lastWritten).join('\n').replaceAll(controls, '');
}

/** What stands in a line after the last carriage return; one at its end only closes it. */
function lastWritten(line: string): string {
  return line.slice(line.lastIndexOf('\r', line.length - 2) + 1);
}
