import { posix } from 'node:path';
import { z } from 'zod';
import type { AgentAction } from '../core/agent-action.ts';
import { parsePatch, type PatchedFile } from '../core/apply-patch.ts';
import { agentWorkRoot } from '../core/agent-work-root.ts';
import { clean, cut } from './agent-text.ts';

/** How a file is to be changed, as an agent says it: what the file holds now is for the host to read. */
export type FileRequest = { path: string } & (
  | { to: 'write'; text: string }
  | { to: 'delete' }
  | { to: 'replace'; movedTo?: string; places: readonly { before: string; after: string; everywhere?: boolean }[] }
);

export type HookCall = {
  toolCallId: string | undefined;
  action: Exclude<AgentAction, { kind: 'edit' }> | { kind: 'edit'; requests: readonly FileRequest[] };
};

export const maxShownInput = 16_000;

const call = z.object({
  tool_name: z.string().min(1).max(200),
  tool_input: z.record(z.string(), z.unknown()),
  tool_use_id: z.string().max(200).optional(),
  cwd: z.string().max(4096).optional(),
});
type Input = z.infer<typeof call>['tool_input'];

/**
 * What an agent's hook said it is about to do (Claude Code's `PreToolUse`, Codex's managed hook). The program that says it
 * runs in the box and is not trusted: what cannot be read as one of the known tools is an action of its own kind, which is
 * never waved through.
 * @returns undefined when it is no call at all
 */
export function readHookCall(text: string): HookCall | undefined {
  const parsed = call.safeParse(jsonOf(text));
  if (!parsed.success) return undefined;
  const { tool_name: tool, tool_input: input, tool_use_id: toolCallId } = parsed.data;
  const cwd = placeOf(parsed.data.cwd ?? agentWorkRoot, '');
  const action = readers.get(tool)?.(input, cwd) ?? mcpCall(tool, input) ?? otherCall(tool, input);
  return { toolCallId, action };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Reader = (input: Input, cwd: string) => HookCall['action'] | undefined;

const quiet: Reader = () => ({ kind: 'quiet' });

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>(
  Object.entries({
    Bash: (input, cwd) => commandOf(input, cwd),
    Read: (input, cwd) => readOf(input['file_path'], cwd),
    NotebookRead: (input, cwd) => readOf(input['notebook_path'], cwd),
    view_image: (input, cwd) => readOf(input['path'], cwd),
    Glob: (input, cwd) => readOf(input['path'] ?? '.', cwd),
    Grep: (input, cwd) => readOf(input['path'] ?? '.', cwd),
    LS: (input, cwd) => readOf(input['path'] ?? '.', cwd),
    Write: (input, cwd) => writeOf(input, cwd),
    Edit: (input, cwd) => editOf(input, [input], cwd),
    MultiEdit: (input, cwd) => editOf(input, Array.isArray(input['edits']) ? input['edits'] : undefined, cwd),
    NotebookEdit: (input, cwd) => notebookOf(input, cwd),
    apply_patch: (input, cwd) => patchOf(textOf(input['command']) ?? textOf(input['input']), cwd),
    WebFetch: ({ url }) => (typeof url === 'string' ? { kind: 'fetch', address: cut(clean(url), 4096) } : undefined),
    TodoWrite: quiet,
    TaskCreate: quiet,
    TaskUpdate: quiet,
    TaskList: quiet,
    TaskGet: quiet,
    TaskStop: quiet,
    EnterPlanMode: quiet,
    ExitPlanMode: quiet,
    ReportFindings: quiet,
    update_plan: quiet,
  } satisfies Record<string, Reader>),
);

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Codex passes patches through the shell as well; they are edits then. */
function commandOf(input: Input, cwd: string): HookCall['action'] | undefined {
  const given = input['command'];
  const command = Array.isArray(given) && given.every((part) => typeof part === 'string') ? shellLine(given) : given;
  if (typeof command !== 'string' || command.trim() === '') return undefined;
  const [, , patch] = /^\s*apply_patch\s*<<\s*(['"]?\w+['"]?)\n([\s\S]*)\n\w+\s*$/.exec(command) ?? [];
  return patchOf(patch, cwd) ?? { kind: 'command', command: clean(command), cwd };
}

/** Words as a line that a shell reads as those words. */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

function readOf(path: unknown, cwd: string): HookCall['action'] | undefined {
  return typeof path === 'string' ? { kind: 'read', paths: [placeOf(path, cwd)] } : undefined;
}

function writeOf(input: Input, cwd: string): HookCall['action'] | undefined {
  const { file_path: path, content: text } = input;
  if (typeof path !== 'string' || typeof text !== 'string') return undefined;
  return { kind: 'edit', requests: [{ path: placeOf(path, cwd), to: 'write', text }] };
}

const replacement = z.object({ old_string: z.string(), new_string: z.string(), replace_all: z.boolean().optional() });

function editOf(input: Input, edits: readonly unknown[] | undefined, cwd: string): HookCall['action'] | undefined {
  const path = input['file_path'];
  const parsed = z.array(replacement).min(1).safeParse(edits);
  if (typeof path !== 'string' || !parsed.success) return undefined;
  const places = parsed.data.map(({ old_string: before, new_string: after, replace_all: everywhere }) => ({
    before,
    after,
    ...(everywhere === true && { everywhere }),
  }));
  return { kind: 'edit', requests: [{ path: placeOf(path, cwd), to: 'replace', places }] };
}

/** A cell of a notebook: which of its lines change is not worked out, so its new text is shown as the place. */
function notebookOf(input: Input, cwd: string): HookCall['action'] | undefined {
  const { notebook_path: path, new_source: after } = input;
  if (typeof path !== 'string') return undefined;
  const places = [{ before: '', after: textOf(after) ?? '' }];
  return { kind: 'edit', requests: [{ path: placeOf(path, cwd), to: 'replace', places }] };
}

function patchOf(text: string | undefined, cwd: string): HookCall['action'] | undefined {
  const files = text === undefined ? undefined : parsePatch(text);
  return files && { kind: 'edit', requests: files.map((file) => patched(file, cwd)) };
}

function patched(file: PatchedFile, cwd: string): FileRequest {
  const path = placeOf(file.path, cwd);
  if (file.to === 'delete') return { path, to: 'delete' };
  if (file.to === 'add') return { path, to: 'write', text: file.text };
  const { places, movedTo } = file;
  return { path, to: 'replace', places, ...(movedTo === undefined ? {} : { movedTo: placeOf(movedTo, cwd) }) };
}

function mcpCall(tool: string, input: Input): HookCall['action'] | undefined {
  const [, server, name] = /^mcp__([^_](?:.*?[^_])?)__(.+)$/.exec(tool) ?? [];
  return server === undefined || name === undefined
    ? undefined
    : { kind: 'mcp', server: clean(server), name: clean(name), input: shownInput(input) };
}

function otherCall(tool: string, input: Input): HookCall['action'] {
  return { kind: 'other', tool: clean(tool), input: shownInput(input) };
}

/** What a tool is given, for people to read and to know the call by. */
export const shownInput = (input: unknown) => cut(clean(JSON.stringify(input, undefined, 2) ?? ''), maxShownInput);

/** Relative to the repository, absolute outside of it. `cwd` is such a place itself. */
export function placeOf(given: string, cwd: string): string {
  const from = posix.resolve(agentWorkRoot, cwd);
  const absolute = posix.resolve(from, clean(cut(given, 4096)));
  const relative = posix.relative(agentWorkRoot, absolute);
  return relative === '..' || relative.startsWith('../') ? absolute : relative;
}
