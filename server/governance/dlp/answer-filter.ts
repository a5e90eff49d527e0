import { createRestorer, type AnswerPiece, type Restorer } from '../../core/dlp/restore.ts';
import { reachOfTool } from '../../core/dlp/tool-reach.ts';
import type { DlpRules } from './rules.ts';
import type { OpenScope } from './scope.ts';
import { rememberThought } from './seen-texts.ts';

/**
 * Puts real values into an answer where they may stand (docs/decisions/where-values-come-back.md), and remembers what the model
 * thought, which goes back to its provider as it is.
 */
export function answerFilter(open: OpenScope, rules: DlpRules): Restorer {
  const restorer = createRestorer({
    placeholders: open.vault.placeholders,
    mayRestore: (piece) => mayRestore(piece, rules),
  });
  const thoughts = new Map<string, string>();
  return {
    push(piece) {
      if (piece.role !== 'thinking') return restorer.push(piece);
      thoughts.set(piece.channel, (thoughts.get(piece.channel) ?? '') + piece.text);
      return piece.text;
    },
    end(channel) {
      const thought = thoughts.get(channel);
      if (thought === undefined) return restorer.end(channel);
      thoughts.delete(channel);
      rememberThought(open, thought);
      return '';
    },
  };
}

function mayRestore({ role, toolName }: AnswerPiece, { trustedTools }: DlpRules): boolean {
  if (role !== 'tool_arguments') return role === 'assistant';
  return reachOfTool(toolName) === 'files' || trustedTools.has((toolName ?? '').toLowerCase());
}
