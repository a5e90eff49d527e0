import { findIn, valuesIn } from '../../core/dlp/mask-place.ts';
import type { AnswerPiece } from '../../core/dlp/restore.ts';
import { foundCounter } from './count-found.ts';
import type { DlpRules } from './rules.ts';
import type { OpenScope } from './scope.ts';

/** A text of an answer that is still being written, from `at` on; `text` is its number. */
type Written = { role: string; isJson: boolean; text: number; at: number; pieces: string[]; size: number };

/** Texts are looked at in parts of about this size; a value is shorter than what is looked at twice. */
const partSize = 256_000;
const lookedAtTwice = 16_000;

/**
 * Looks for what stands in an answer as its provider wrote it, wherever its stream was cut: each text is looked at as a whole when it ends.
 * Placeholders are no findings. Nothing is changed.
 */
export function answerScanner({ vault }: OpenScope, { scan }: DlpRules) {
  const writing = new Map<string, Written>();
  const counter = foundCounter();
  let texts = 0;

  function look({ role, isJson, text, at, pieces }: Written, until: number): void {
    const written = pieces.join('');
    const findings = findIn(written, isJson, scan);
    if (findings.length === 0) return;
    for (const { class: of, detector, start } of valuesIn(written, isJson, { findings, vault }))
      if (start < until)
        counter.add({ class: of, detector }, { action: 'warn', inAnswer: true }, { role, text, start: at + start });
  }

  function end(channel: string): void {
    const written = writing.get(channel);
    writing.delete(channel);
    if (written) look(written, Infinity);
  }

  return {
    push({ channel, role, isJson, text: piece }: AnswerPiece): void {
      const written = writing.get(channel) ?? { role, isJson, text: texts++, at: 0, pieces: [], size: 0 };
      writing.set(channel, written);
      written.pieces.push(piece);
      written.size += piece.length;
      if (written.size < partSize) return;
      const cut = written.size - lookedAtTwice;
      look(written, cut);
      const rest = written.pieces.join('').slice(cut);
      writing.set(channel, { ...written, at: written.at + cut, pieces: [rest], size: rest.length });
    },
    end,
    /** Texts whose end never came are looked at as far as they came. */
    found() {
      for (const channel of writing.keys()) end(channel);
      return counter.found();
    },
  };
}
