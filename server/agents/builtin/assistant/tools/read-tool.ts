import { z } from 'zod';
import { projectPath } from '../project-path.ts';
import { defineTool, ToolError } from '../tool.ts';

const usualLines = 800;
const mostChars = 60_000;
const longestLine = 2_000;

/** Reads a file through the host, with the numbers of its lines. */
export const readTool = defineTool({
  name: 'read',
  description: `Read a text file. Each line comes after its number and a tab, which are not part of the file. Without a range at most the first ${usualLines} lines are given. Read only the lines you need of long files.`,
  kind: 'read',
  effect: 'none',
  schema: z.object({
    path: z.string().describe('The file, relative to the project'),
    from: z.coerce.number().int().min(1).optional().describe('The first line, counted from 1'),
    lines: z.coerce.number().int().min(1).max(4000).optional().describe('How many lines'),
  }),
  prepare: ({ path: given, from = 1, lines = usualLines }, { host, seen }) => {
    const path = projectPath(host.root, given);
    if (path === '') throw new ToolError('That is the project itself. Use list to see what is in it.');
    const range = from === 1 ? '' : `, from line ${from}`;
    return {
      title: `Read ${path}${range}`,
      paths: [path],
      async perform() {
        const text = await host.readFile(path);
        seen.remember(path, text);
        return { text: numbered(path, text, { from, lines }) };
      },
    };
  },
});

export function numbered(path: string, text: string, { from, lines }: { from: number; lines: number }): string {
  if (text === '') return `${path} is empty.`;
  const all = text.replace(/\r?\n$/, '').split(/\r?\n/);
  if (from > all.length) return `${path} has only ${all.length} lines.`;
  const shown: string[] = [];
  let chars = 0;
  for (const [at, line] of all.slice(from - 1, from - 1 + lines).entries()) {
    const cut = line.length > longestLine ? `${line.slice(0, longestLine).toWellFormed()}… (line cut)` : line;
    chars += cut.length + 8;
    if (chars > mostChars && shown.length > 0) break;
    shown.push(`${from + at}\t${cut}`);
  }
  const last = from - 1 + shown.length;
  const rest = last < all.length ? `\n(The file has ${all.length} lines. Go on with from: ${last + 1}.)` : '';
  return `${shown.join('\n')}${rest}`;
}
