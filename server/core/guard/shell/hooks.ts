import type { Word } from '../interpreted.ts';
import { runMaybe, type Call } from './state.ts';

const prompts = new Set(['PS0', 'PS1', 'PS4']);

/** Variables whose value the shell runs sooner or later. */
export function runHook(call: Call, variable: string): void {
  if (variable !== 'PROMPT_COMMAND' && !prompts.has(variable)) return;
  const value = call.shell.variables.get(variable);
  if (value?.kind !== 'text') return;
  const text = prompts.has(variable) ? promptLine(value.word) : value.word;
  if (text !== undefined)
    runMaybe(call.shell, (way) => void way.walk.program({ ...call, shell: way }, { text, via: variable, here: true }));
}

/** Of a prompt only the substitutions run; the rest is shown. */
function promptLine(word: Word): Word | undefined {
  if (!/\$\(|`/.test(word.text) && word.holes.length === 0) return undefined;
  return { ...word, text: `: "${word.text.replaceAll('"', String.raw`\"`)}"` };
}
