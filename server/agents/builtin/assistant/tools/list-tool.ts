import ignore from 'ignore';
import { z } from 'zod';
import { listProjectFiles } from '../../project-files.ts';
import { projectPath } from '../project-path.ts';
import { defineTool, ToolError } from '../tool.ts';

const mostLines = 400;

/** Lists files that git does not ignore. */
export const listTool = defineTool({
  name: 'list',
  description:
    'List files of the project, without those that git ignores. With a pattern, such as `**/*.test.ts`, all files that fit; without one, what is in the folder.',
  kind: 'search',
  effect: 'none',
  schema: z.object({
    path: z.string().optional().describe('A folder of the project; left out: the root'),
    pattern: z.string().optional().describe('As in .gitignore, relative to the folder'),
  }),
  prepare: ({ path: given = '', pattern }, { host }) => {
    const folder = projectPath(host.root, given);
    return {
      title: `List ${pattern ?? (folder === '' ? 'the project' : folder)}${pattern !== undefined && folder !== '' ? ` in ${folder}` : ''}`,
      async perform() {
        const files = (await listProjectFiles(host.root)).map((file) => file.path);
        return { text: listing(files, { folder, pattern }) };
      },
    };
  },
});

export function listing(
  files: readonly string[],
  { folder, pattern }: { folder: string; pattern?: string | undefined },
): string {
  const inside = folder === '' ? files : within(files, folder);
  if (inside.length === 0) {
    if (folder === '') return 'The project has no files.';
    throw new ToolError(`There is no folder ${folder}, or git ignores it.`);
  }
  const lines = pattern === undefined ? entriesOf(inside) : matching(inside, pattern);
  if (lines.length === 0) return `No file fits ${pattern}.`;
  const shown = lines.slice(0, mostLines);
  const more = lines.length - shown.length;
  return `${shown.join('\n')}${more > 0 ? `\n(${more} more. Name a folder or a narrower pattern.)` : ''}`;
}

/** Paths below a folder, relative to it. */
function within(files: readonly string[], folder: string): string[] {
  return files.flatMap((file) => (file.startsWith(`${folder}/`) ? [file.slice(folder.length + 1)] : []));
}

function matching(files: readonly string[], pattern: string): string[] {
  const rules = ignore().add(pattern);
  return files.filter((file) => rules.ignores(file));
}

/** The files of a folder, and its folders with how many files are below each. */
function entriesOf(files: readonly string[]): string[] {
  const folders = new Map<string, number>();
  const own: string[] = [];
  for (const file of files) {
    const slash = file.indexOf('/');
    if (slash === -1) own.push(file);
    else folders.set(file.slice(0, slash), (folders.get(file.slice(0, slash)) ?? 0) + 1);
  }
  return [...[...folders].map(([name, count]) => `${name}/ (${count} ${count === 1 ? 'file' : 'files'})`), ...own];
}
