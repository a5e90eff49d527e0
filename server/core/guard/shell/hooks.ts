import { runMaybe, type Call } from './state.ts';

const hooks = new Set(['PROMPT_COMMAND', 'PS0', 'PS1', 'PS4']);

/** Variables whose value the shell runs sooner or later. */
export function runHook(call: Call, variable: string): void {
  const value = hooks.has(variable) ? call.shell.variables.get(variable) : undefined;
  if (value?.kind === 'text')
    runMaybe(
      call.shell,
      (way) => void way.walk.program({ ...call, shell: way }, { text: value.word, via: variable, here: true }),
    );
}
