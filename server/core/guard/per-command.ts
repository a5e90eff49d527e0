import type { SimpleCommand } from './interpreted.ts';

/**
 * Asks once for each command: rules look at one command after another, and many of them ask the same of it. Only the last
 * answer is kept, which costs the garbage collector nothing.
 */
export function perCommand<T>(question: (command: SimpleCommand) => T): (command: SimpleCommand) => T {
  let last: { command: SimpleCommand; answer: T } | undefined;
  return (command) => {
    if (last?.command !== command) last = { command, answer: question(command) };
    return last.answer;
  };
}
