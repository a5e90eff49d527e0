import type { SimpleCommand, Stdin } from '../interpreted.ts';
import type { Call, Content } from './state.ts';

/** Puts a command on the list of those that may run; returns its place. */
export function emit(call: Call, changes: Partial<SimpleCommand> = {}): number {
  const { shell, name, program, args, env, redirects, source } = call;
  const { commands } = shell.walk;
  const { via, cwd, conditional, background } = shell;
  commands.push({
    name, program, args, env, redirects, stdin: stdinOf(call.stdin), via, cwd, conditional, background, source, ...changes,
  }); // prettier-ignore
  return commands.length - 1;
}

function stdinOf(content: Content | undefined): Stdin {
  if (content === undefined) return { kind: 'inherited' };
  if (content.text !== undefined && content.from.length === 0) return { kind: 'text', text: content.text };
  if (content.from.length > 0) return { kind: 'pipe', from: content.from };
  return content.file === undefined ? { kind: 'pipe', from: [] } : { kind: 'file', path: content.file };
}
