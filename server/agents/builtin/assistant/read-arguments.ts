import { ToolError } from './tool.ts';

/** Names under which models that learnt other tools give an argument, and what it is called here. */
const aliases: Readonly<Record<string, string>> = {
  file_path: 'path',
  filepath: 'path',
  filename: 'path',
  file: 'path',
  old_string: 'old',
  old_str: 'old',
  old_text: 'old',
  oldText: 'old',
  new_string: 'new',
  new_str: 'new',
  new_text: 'new',
  newText: 'new',
  replace_all: 'all',
  cmd: 'command',
  contents: 'content',
  query: 'pattern',
  regex: 'pattern',
};

/**
 * The arguments of a call as a value. Mistakes that leave no doubt about what was meant are mended: a fence around the JSON,
 * JSON within a JSON text, line ends that were not escaped, a comma too many, other usual names. What was cut off is not
 * completed: half a file would be written.
 * @param options `isForeign`: the tool has names of its own for its arguments
 * @throws ToolError that tells the model what to do
 */
export function readArguments(name: string, text: string, { isForeign = false } = {}): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return {};
  const value = parseLeniently(trimmed);
  if (value !== undefined && typeof value === 'object' && value !== null && !Array.isArray(value))
    return isForeign ? value : renamed(value);
  const reason = looksCut(trimmed) ? cutReason : 'they are not one JSON object';
  throw new ToolError(
    `The arguments of ${name} could not be read: ${reason}. They began with: ${trimmed.slice(0, 120)}. Call ${name} again with one valid JSON object.`,
  );
}

const cutReason = 'they end in the middle, perhaps because the answer became too long; do it in smaller pieces';

function parseLeniently(text: string): unknown {
  const unfenced = text.replace(/^```(?:json)?\s*/i, '').replace(/\s*```$/, '');
  const escaped = escapeControls(unfenced);
  for (const candidate of [text, unfenced, escaped, withoutSpareCommas(escaped)]) {
    const value = parse(candidate);
    if (typeof value === 'string' && value.trim().startsWith('{')) return parse(value);
    if (value !== undefined) return value;
  }
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const controls: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Line ends and tabs within strings, written as JSON writes them. */
function escapeControls(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\[^])*"/g, (string) =>
    string.replaceAll(/[\n\r\t]/g, (control) => controls[control] ?? control),
  );
}

function withoutSpareCommas(text: string): string {
  return text.replaceAll(/("(?:[^"\\]|\\[^])*")|,(?=\s*[}\]])/g, (_, string: string | undefined) => string ?? '');
}

function looksCut(text: string): boolean {
  const outside = text.replaceAll(/"(?:[^"\\]|\\[^])*"/g, '');
  const opened = outside.replaceAll(/[^{[]/g, '').length;
  return outside.includes('"') || opened > outside.replaceAll(/[^}\]]/g, '').length;
}

function renamed(value: object): Record<string, unknown> {
  const given = Object.entries(value);
  const names = new Set(given.map(([key]) => key));
  return Object.fromEntries(
    given.map(([key, member]) => {
      const own = aliases[key];
      const isFree = own !== undefined && !names.has(own);
      return [isFree ? own : key, Array.isArray(member) ? member.map(renamedMember) : member];
    }),
  );
}

function renamedMember(member: unknown): unknown {
  return typeof member === 'object' && member !== null && !Array.isArray(member) ? renamed(member) : member;
}
