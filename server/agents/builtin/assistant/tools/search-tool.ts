import ignore from 'ignore';
import { z } from 'zod';
import { compilePattern, type LinearPattern } from '../../../../platform/parsers/linear-pattern.ts';
import { isSource, listProjectFiles, readSource, type ProjectFile } from '../../project-files.ts';
import { projectPath } from '../project-path.ts';
import { defineTool, ToolError } from '../tool.ts';
import type { TurnHost } from '../turn-host.ts';

const mostMatches = 200;
const mostPerFile = 20;
const longestLine = 300;

/** Searches the texts of the project's files; of those that are closed to the run nothing is told. */
export const searchTool = defineTool({
  name: 'search',
  description:
    'Search the texts of the project by a regular expression (RE2 syntax, line by line). Gives file, line number and line of each match. Files that git ignores are left out.',
  kind: 'search',
  effect: 'none',
  schema: z.object({
    pattern: z.string().min(1),
    path: z.string().optional().describe('A file or folder to search in'),
    files: z.string().optional().describe('Only files that fit this pattern, as in .gitignore, for example *.ts'),
    ignore_case: z.boolean().optional(),
    literal: z.boolean().optional().describe('The pattern is plain text'),
  }),
  prepare: (args, { host }) => {
    const scope = projectPath(host.root, args.path ?? '');
    const pattern = compiled(args.pattern, args);
    return {
      title: `Search ${args.pattern}${scope === '' ? '' : ` in ${scope}`}`,
      async perform() {
        const wanted = (await listProjectFiles(host.root)).filter(filter(scope, args.files));
        if (wanted.length === 0) return { text: 'No file of the project is there to search in.' };
        return { text: await found(host, wanted, pattern) };
      },
    };
  },
});

function compiled(
  pattern: string,
  { literal, ignore_case }: { literal?: boolean | undefined; ignore_case?: boolean | undefined },
): LinearPattern {
  const source = literal ? pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`) : pattern;
  try {
    return compilePattern(ignore_case ? `(?i)${source}` : source);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ToolError(`The pattern cannot be used: ${why}. Mend it, or set literal for plain text.`);
  }
}

function filter(scope: string, files: string | undefined): (file: ProjectFile) => boolean {
  const rules = files === undefined ? undefined : ignore().add(files);
  return ({ path }) =>
    (scope === '' || path === scope || path.startsWith(`${scope}/`)) && (rules === undefined || rules.ignores(path));
}

async function found(host: TurnHost, files: readonly ProjectFile[], pattern: LinearPattern): Promise<string> {
  const lines: string[] = [];
  let isMore = false;
  for (const file of files) {
    host.signal.throwIfAborted();
    const source = await readSource(host.root, file);
    if (!isSource(source)) continue;
    const matches = matchingLines(source.text, pattern);
    if (matches.length === 0 || !(await isOpen(host, file.path))) continue;
    const shown = matches.slice(0, mostPerFile);
    lines.push(...shown.map(({ number, text }) => `${file.path}:${number}: ${text}`));
    if (matches.length > shown.length) lines.push(`${file.path}: ${matches.length - shown.length} more lines match`);
    isMore = lines.length >= mostMatches;
    if (isMore) break;
  }
  if (lines.length === 0) return 'Nothing was found.';
  return `${lines.join('\n')}${isMore ? '\n(There may be more. Search in a folder, or by a narrower pattern.)' : ''}`;
}

/** The host says whether the run may read the file. */
async function isOpen(host: TurnHost, path: string): Promise<boolean> {
  try {
    await host.readFile(path);
    return true;
  } catch {
    host.signal.throwIfAborted();
    return false;
  }
}

export function matchingLines(text: string, pattern: LinearPattern): { number: number; text: string }[] {
  const found: { number: number; text: string }[] = [];
  let number = 1;
  let at = 0;
  for (const { start } of pattern.findAll(text)) {
    if (start < at) continue;
    number += text.slice(at, start).split('\n').length - 1;
    const from = text.lastIndexOf('\n', start - 1) + 1;
    const next = text.indexOf('\n', start);
    const end = next === -1 ? text.length : next;
    const line = text.slice(from, end).trimEnd();
    found.push({ number, text: line.length > longestLine ? `${line.slice(0, longestLine).toWellFormed()}…` : line });
    at = end;
  }
  return found;
}
