import { TerminalText } from '../core/terminal-text.ts';
import { createOutputTail } from './output-tail.ts';
import type { TerminalSnapshot } from './tool-call-events.ts';

const maxBytes = 8 * 1024 * 1024;
const partialChars = 4 * 1024;

/** What a command printed that an agent runs itself and tells of in pieces. */
export type CommandOutput = {
  add(piece: string): void;
  end(exitCode: number | null): void;
  /** All of it once the command ended; while it runs the newest lines, so that a log of them stays small. */
  snapshot(whole: boolean): TerminalSnapshot;
};

export function createCommandOutput(): CommandOutput {
  const tail = createOutputTail(maxBytes);
  const plain = new TerminalText();
  let recent = '';
  let exitCode: number | null | undefined;

  const keep = (text: string) => {
    tail.add(Buffer.from(text));
    recent = (recent + text).slice(-2 * partialChars);
  };
  const partial = () => {
    if (recent.length <= partialChars) return { text: recent, truncated: tail.truncated() };
    const cut = recent.slice(-partialChars);
    return { text: cut.slice(cut.indexOf('\n') + 1).toWellFormed(), truncated: true };
  };

  return {
    add: (piece) => keep(plain.push(piece)),
    end: (code) => {
      keep(plain.end());
      exitCode = code;
    },
    snapshot: (whole) => ({
      ...(whole ? { text: tail.text(), truncated: tail.truncated() } : partial()),
      ...(exitCode === undefined ? {} : { exitCode }),
    }),
  };
}
