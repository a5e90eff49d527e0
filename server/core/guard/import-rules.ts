import { z } from 'zod';
import type { ActionPattern, HouseEffect } from './house-rule.ts';

/** Rules that people wrote for other tools, as ours. */
export type ImportedRules = {
  rules: { effect: HouseEffect; pattern: ActionPattern; note: string; written: string }[];
  /** What was left out, and why. */
  left: { written: string; why: string }[];
};

export const importSources = ['claude', 'codex', 'vscode'] as const;
export type ImportSource = (typeof importSources)[number];

/**
 * Reads Claude Code's settings (`permissions` with `allow`, `ask`, `deny`), Codex's rules (`prefix_rule(…)`) or VS Code's settings
 * (`autoApprove` of `chat.tools.terminal`, `.edits` and `.urls`). Nothing is dropped in silence.
 * @throws ImportError when the text has no such rules
 */
export function importRules(source: ImportSource, text: string): ImportedRules {
  const found = source === 'codex' ? fromCodex(text) : source === 'claude' ? fromClaude(text) : fromVsCode(text);
  if (found.rules.length + found.left.length > 0) return found;
  throw new ImportError(`There are no rules in this text. ${expected[source]}`);
}

export class ImportError extends Error {
  override name = 'ImportError';
}

const expected: Record<ImportSource, string> = {
  claude: 'A settings.json of Claude Code has them under "permissions", in "allow", "ask" and "deny".',
  codex: 'A rules file of Codex has lines like prefix_rule(pattern=["git", "push"], decision="prompt").',
  vscode:
    'Settings of VS Code have them under "chat.tools.terminal.autoApprove", "chat.tools.edits.autoApprove" and "chat.tools.urls.autoApprove".',
};

type Read = { pattern: ActionPattern } | { why: string };

function collect(
  entries: readonly { effect: HouseEffect; written: string; read: Read; note?: string }[],
): ImportedRules {
  const found: ImportedRules = { rules: [], left: [] };
  for (const { effect, written, read, note = '' } of entries) {
    if ('why' in read) found.left.push({ written, why: read.why });
    else found.rules.push({ effect, pattern: read.pattern, note, written });
  }
  return found;
}

const list = z.array(z.string()).default([]);
const claudeSettings = z.object({ permissions: z.looseObject({ allow: list, ask: list, deny: list }) });

function fromClaude(text: string): ImportedRules {
  const { allow, ask, deny, ...others } = parsedAs(claudeSettings, text, 'claude').permissions;
  const entriesOf = (effect: HouseEffect, lines: readonly string[]) =>
    lines.map((written) => ({ effect, written, read: readClaude(written, effect) }));
  const found = collect([...entriesOf('deny', deny), ...entriesOf('ask', ask), ...entriesOf('allow', allow)]);
  const left = Object.keys(others).map((written) => ({
    written,
    why: 'Which mode a run has and which files it sees is chosen for each run here, within what policies allow.',
  }));
  return { ...found, left: [...found.left, ...left] };
}

function readClaude(written: string, effect: HouseEffect): Read {
  const parts = /^(?<tool>[\w*.-]+)(?:\((?<inside>[\s\S]*)\))?$/.exec(written.trim())?.groups;
  const tool = parts?.['tool'] ?? '';
  const inside = parts?.['inside'];
  const readInside = claudeTools.get(tool);
  if (readInside) return readInside(inside, effect);
  const [prefix, server = '', ...name] = tool.split('__');
  if (prefix === 'mcp' && server !== '' && inside === undefined)
    return { pattern: { kind: 'tool', server, tool: name.join('__') || '*' } };
  return { why: `${tool === '' ? 'This' : tool} is no command, file, address or tool of a server.` };
}

type ReadInside = (inside: string | undefined, effect: HouseEffect) => Read;
const edits: ReadInside = (inside) => readClaudePath('path', inside);
const reads: ReadInside = (inside) => readClaudePath('read', inside);

const claudeTools: ReadonlyMap<string, ReadInside> = new Map([
  ['Bash', readClaudeCommand],
  ['WebFetch', readClaudeFetch],
  ...['Edit', 'Write', 'MultiEdit', 'NotebookEdit'].map((tool) => [tool, edits] as const),
  ...['Read', 'Grep', 'Glob', 'LS'].map((tool) => [tool, reads] as const),
]);

function readClaudePath(kind: 'path' | 'read', inside = '**'): Read {
  if (inside.startsWith('~'))
    return { why: 'It is about a person’s home folder; agents work in a box that has none of it.' };
  // `//` begins an absolute path there, `/` and `./` the project.
  return { pattern: { kind, glob: inside.replace(/^\.\//, '/') } };
}

function readClaudeFetch(inside: string | undefined): Read {
  const host = inside === undefined || inside === '*' ? '*' : /^domain:\s*([\w*.-]+)$/.exec(inside.trim())?.[1];
  return host === undefined ? { why: 'It names no domain.' } : { pattern: { kind: 'fetch', host } };
}

function readClaudeCommand(inside: string | undefined, effect: HouseEffect): Read {
  if (inside === undefined || inside === '*') {
    if (effect === 'allow') return { why: 'It would allow every command; the mode Auto does that under the guard.' };
    return { pattern: { kind: 'command', words: ['*'], more: true } };
  }
  const named = inside.replace(/:\*$| \*$/, '').trim();
  const words = named.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0) return { why: 'It names no command.' };
  if (/[|&;<>$`"'\\]/.test(inside)) return { why: 'It holds signs of the shell; rules are about one command’s words.' };
  if (/^\w+=/.test(named)) return { why: 'It begins with a variable; rules are about the command after it.' };
  // A star stands for any text there, spaces included.
  if (/\*./.test(named)) return { pattern: { kind: 'line', expression: asExpression(inside), each: true } };
  return { pattern: { kind: 'command', words, more: inside.endsWith('*') } };
}

const asExpression = (wildcard: string) =>
  `^${wildcard
    .replace(/:\*$/, ' *')
    .replaceAll(/[.?+^$()[\]{}\\/]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replace(/ \.\*$/, '(?: .*)?')}$`;

const decisions: Record<string, HouseEffect> = { allow: 'allow', prompt: 'ask', forbidden: 'deny' };

/** Calls of `prefix_rule` with literal arguments; the rest of the language is not read, other calls are named. */
function fromCodex(text: string): ImportedRules {
  const code = text.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|#[^\n]*/g, (found) =>
    found.startsWith('#') ? '' : found,
  );
  const calls = code.matchAll(
    /\b(?<rule>\w+_rule|host_executable)\s*\((?<inside>(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^()"'])*)\)/g,
  );
  return collect(
    [...calls].map(({ 0: written, groups }) => {
      const inside = groups?.['inside'] ?? '';
      if (groups?.['rule'] !== 'prefix_rule')
        return { effect: 'ask', written, read: { why: 'Only rules about the beginning of commands are read.' } };
      const decision = /\bdecision\s*=\s*["'](\w+)["']/.exec(inside)?.[1] ?? 'allow';
      const note = /\bjustification\s*=\s*(["'])((?:\\.|(?!\1).)*)\1/s.exec(inside)?.[2] ?? '';
      const effect = decisions[decision];
      const read = effect === undefined ? { why: `“${decision}” is no decision.` } : readPrefix(inside);
      return { effect: effect ?? 'ask', written: written.replaceAll(/\s+/g, ' '), read, note };
    }),
  );
}

const prefix = z.array(z.union([z.string().min(1), z.array(z.string().min(1)).min(1)])).min(1);

function readPrefix(inside: string): Read {
  const literal = /\bpattern\s*=\s*(\[(?:[^[\]]|\[[^[\]]*\])*\])/.exec(inside)?.[1];
  const parsed = prefix.safeParse(
    literal === undefined ? undefined : jsonOf(literal.replaceAll("'", '"').replace(/,\s*\]/g, ']')),
  );
  if (!parsed.success) return { why: 'Its pattern is no list of words.' };
  return { pattern: { kind: 'command', words: parsed.data, more: true } };
}

const approval = z.record(
  z.string(),
  z.union([
    z.boolean(),
    z.null(),
    z.object({ approve: z.boolean(), matchCommandLine: z.boolean().optional() }),
    z.object({ approveRequest: z.boolean().optional(), approveResponse: z.boolean().optional() }),
  ]),
);
type Approval = z.infer<typeof approval>[string];
const listed = approval.default({});
const codeSettings = z.object({
  'chat.tools.terminal.autoApprove': listed,
  'chat.tools.edits.autoApprove': listed,
  'chat.tools.urls.autoApprove': listed,
  // As it was called at first.
  'github.copilot.chat.agent.terminal.allowList': listed,
  'github.copilot.chat.agent.terminal.denyList': listed,
});

function fromVsCode(text: string): ImportedRules {
  const settings = parsedAs(codeSettings, text, 'vscode');
  const entriesOf = (of: z.infer<typeof approval>, read: (written: string, said: Approval) => Read) =>
    Object.entries(of).flatMap(([written, said]) => {
      const effect = effectOf(said);
      return effect === undefined ? [] : [{ effect, written, read: read(written, said) }];
    });
  const denied = Object.entries(settings['github.copilot.chat.agent.terminal.denyList']);
  return collect([
    ...entriesOf(settings['chat.tools.terminal.autoApprove'], readCodeCommand),
    ...entriesOf(settings['github.copilot.chat.agent.terminal.allowList'], readCodeCommand),
    ...denied.flatMap(([written, said]) =>
      said === true ? [{ effect: 'ask' as const, written, read: readCodeCommand(written, said) }] : [],
    ),
    ...entriesOf(settings['chat.tools.edits.autoApprove'], (glob) => ({ pattern: { kind: 'path', glob } })),
    ...entriesOf(settings['chat.tools.urls.autoApprove'], readCodeAddress),
  ]);
}

function effectOf(said: Approval): HouseEffect | undefined {
  if (said === null) return undefined;
  const isAllowed =
    typeof said === 'boolean' ? said : 'approve' in said ? said.approve : (said.approveRequest ?? false);
  return isAllowed ? 'allow' : 'ask';
}

/** Each command of a line is looked at there, the whole line where that is said. */
function readCodeCommand(written: string, said: Approval): Read {
  const expression = /^\/(?<source>.+)\/(?<flags>[a-z]*)$/.exec(written)?.groups;
  if (!expression) return { pattern: { kind: 'command', words: written.trim().split(/\s+/), more: true } };
  const { source = '', flags = '' } = expression;
  const own = flags.includes('i') ? `(?i)${source}` : source;
  const isWhole = typeof said === 'object' && said !== null && 'matchCommandLine' in said && said.matchCommandLine;
  return /\(\?<?[=!]/.test(source)
    ? { why: 'It looks ahead or behind, which expressions in linear time cannot.' }
    : { pattern: { kind: 'line', expression: own, ...(isWhole !== true && { each: true }) } };
}

function readCodeAddress(written: string): Read {
  const named = /^(?:https?:\/\/)?(?<host>[\w*.-]+)(?<path>\/.*)?$/.exec(written.trim())?.groups;
  const host = named?.['host'];
  if (host === undefined || !/^(?:\/\*{0,2})?$/.test(named?.['path'] ?? ''))
    return { why: 'Rules about addresses name hosts alone.' };
  return { pattern: { kind: 'fetch', host } };
}

/** JSON with comments and commas at the end, as both tools take it. */
function parsedAs<T>(schema: z.ZodType<T>, text: string, source: ImportSource): T {
  const parsed = schema.safeParse(jsonOf(withoutComments(text)));
  if (parsed.success) return parsed.data;
  throw new ImportError(`This is not what was expected. ${expected[source]}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const withoutComments = (text: string) =>
  text
    .replaceAll(/"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (found) => (found.startsWith('"') ? found : ''))
    .replaceAll(/"(?:\\.|[^"\\])*"|,(?=\s*[}\]])/g, (found) => (found.startsWith('"') ? found : ''));
