import type { CodeLines } from '../../core/guard/edits/code-lines.ts';

type ReadAs = (ending: string, text: string) => CodeLines | undefined;

const script = /<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi;
const comments = /<!--[\s\S]*?-->/g;

/**
 * A component of Vue or Svelte: its scripts by their statements, the rest by its lines without comments.
 * @returns undefined when a script has no reading
 */
export function readComponent(text: string, readAs: ReadAs): CodeLines | undefined {
  const markup = text
    .replaceAll(script, '')
    .replaceAll(comments, '')
    .split('\n')
    .map((line) => line.trim());
  const parts: CodeLines[] = [];
  for (const [, attributes = '', program = ''] of text.matchAll(script)) {
    const language = /\blang\s*=\s*["']?(\w+)/i.exec(attributes)?.[1]?.toLowerCase() ?? 'js';
    const read = readAs(language, program);
    if (read === undefined) return undefined;
    parts.push(read);
  }
  const lines = markup.filter((line) => line !== '');
  return {
    lines: [...lines, ...parts.flatMap((part) => part.lines)],
    bare: [...lines, ...parts.flatMap((part) => part.bare)],
  };
}
