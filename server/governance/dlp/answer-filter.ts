import { createRestorer, type AnswerPiece, type Restorer } from '../../core/dlp/restore.ts';
import { reachOfTool } from '../../core/dlp/tool-reach.ts';
import type { FoundClass } from '../../core/model-call.ts';
import { answerScanner } from './answer-scanner.ts';
import type { DlpRules } from './rules.ts';
import type { OpenScope } from './scope.ts';
import { rememberThought } from './seen-texts.ts';

/** Sees an answer as it passes. */
export type AnswerFilter = Restorer & {
  /** What the model said of itself that would not leave as it is; call it when the answer is over. */
  found(): FoundClass[];
};

/**
 * Puts real values into an answer where they may stand (docs/decisions/where-values-come-back.md), looks for what the model made up or
 * knew, and remembers what it thought, which goes back to its provider as it is.
 */
export function answerFilter(open: OpenScope, rules: DlpRules): AnswerFilter {
  const restorer = createRestorer({
    placeholders: open.vault.placeholders,
    mayRestore: (piece) => mayRestore(piece, rules),
  });
  const scanner = answerScanner(open, rules);
  const thoughts = new Map<string, string>();
  return {
    push(piece) {
      if (piece.role !== 'thinking') {
        scanner.push(piece);
        return restorer.push(piece);
      }
      thoughts.set(piece.channel, (thoughts.get(piece.channel) ?? '') + piece.text);
      return piece.text;
    },
    end(channel) {
      const thought = thoughts.get(channel);
      if (thought === undefined) {
        scanner.end(channel);
        return restorer.end(channel);
      }
      thoughts.delete(channel);
      rememberThought(open, thought);
      return '';
    },
    found: () => scanner.found(),
  };
}

function mayRestore({ role, toolName }: AnswerPiece, { trustedTools }: DlpRules): boolean {
  if (role !== 'tool_arguments') return role === 'assistant';
  return reachOfTool(toolName) === 'files' || trustedTools.has((toolName ?? '').toLowerCase());
}
