import type { FileOrigin, SimpleCommand, Word } from './interpreted.ts';
import { resolvePath } from './resolve-path.ts';

/** The path that a word leads to when a part of it, not its end, is a link that the same line made: `ln -s ~ x && rm -rf x/*`. */
export function throughLinks(word: Word, { cwd }: SimpleCommand, files: ReadonlyMap<string, FileOrigin>): Word {
  if (files.size === 0 || !word.text.includes('/')) return word;
  for (let end = word.text.indexOf('/', 1); end > 0; end = word.text.indexOf('/', end + 1)) {
    const link = files.get(resolvePath(word.text.slice(0, end), cwd))?.link;
    if (link !== undefined) return { ...word, text: `${link.replace(/\/+$/, '')}${word.text.slice(end)}` };
  }
  return word;
}
