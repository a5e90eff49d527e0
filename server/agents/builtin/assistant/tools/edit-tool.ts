import { z } from 'zod';
import { applyEdits } from '../apply-edits.ts';
import { projectPath } from '../project-path.ts';
import { defineTool, ToolError, type PreparedCall, type ToolContext } from '../tool.ts';

const edit = z.object({
  old: z.string().describe('Text that is in the file, exactly, with enough of its surroundings to be there once'),
  new: z.string().describe('What takes its place'),
  all: z.boolean().optional().describe('Replace it wherever it is'),
});

/** Models that know another tool give one edit beside the path, or the list as a text. */
const given = z.preprocess(
  (value) => {
    const { edits, old, new: text, all, ...rest } = z.looseObject({}).catch({}).parse(value);
    if (typeof edits === 'string') return { ...rest, edits: parsedList(edits) };
    return edits === undefined && old !== undefined
      ? { ...rest, edits: [{ old, new: text, all }] }
      : { ...rest, edits };
  },
  z.object({
    path: z.string().describe('The file, relative to the project'),
    edits: z.array(edit).min(1).describe('Made one after the other; all of them or none'),
  }),
);

function parsedList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const editTool = defineTool({
  name: 'edit',
  description:
    'Change an existing text file by replacing exact text. Put all changes of a file into one call. Line numbers shown by read are not part of the text.',
  kind: 'edit',
  effect: 'edit',
  schema: given,
  prepare: async ({ path: asked, edits }, context) => {
    const path = projectPath(context.host.root, asked);
    const before = await context.host.readFile(path);
    const after = applyEdits(path, before, edits);
    return change(context, { path, before, after });
  },
});

export const writeTool = defineTool({
  name: 'write',
  description:
    'Write a whole text file: a new one, or a replacement for one you have read. Prefer edit for changes of existing files.',
  kind: 'edit',
  effect: 'edit',
  schema: z.object({
    path: z.string().describe('The file, relative to the project; missing folders are made'),
    content: z.string().describe('The whole text of the file'),
  }),
  prepare: async ({ path: asked, content }, context) => {
    const { host, seen } = context;
    const path = projectPath(host.root, asked);
    if (path === '') throw new ToolError('That is the project itself, not a file.');
    const before = await readIfThere(context, path);
    if (before === content) throw new ToolError(`${path} has this text already.`);
    if (before !== null && before !== '') {
      const state = seen.stateOf(path, before);
      if (state === 'unknown')
        throw new ToolError(`${path} exists and you have not read it. Read it first, or use edit.`);
      if (state === 'changed') throw new ToolError(`${path} has changed since you read it. Read it again first.`);
    }
    return change(context, { path, before, after: content });
  },
});

async function readIfThere({ host }: ToolContext, path: string): Promise<string | null> {
  try {
    return await host.readFile(path);
  } catch (error) {
    host.signal.throwIfAborted();
    if (isMissing(error)) return null;
    throw error;
  }
}

/** The protocol's own code for what is not there. */
const notFound = -32002;

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === notFound;
}

type Change = { path: string; before: string | null; after: string };

function change({ host, seen }: ToolContext, { path, before, after }: Change): PreparedCall {
  return {
    title: before === null ? `Create ${path}` : `Edit ${path}`,
    paths: [path],
    diff: { path, before, after },
    async perform() {
      // People may have been asked meanwhile, and a command may still be at work.
      const now = before === null ? null : await host.readFile(path);
      if (now !== before) throw new ToolError(`${path} has changed meanwhile. Read it again. Nothing was changed.`);
      await host.writeFile(path, after);
      seen.remember(path, after);
      return { text: before === null ? `Created ${path}.` : `Changed ${path}.`, shown: null };
    },
  };
}
