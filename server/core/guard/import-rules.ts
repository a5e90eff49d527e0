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
 * (`chat.tools.terminal.autoApprove`, `chat.tools.edits.autoApprove`). Nothing is dropped in silence.
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
  vscode: 'Settings of VS Code have them under "chat.tools.terminal.autoApprove" and "chat.tools.edits.autoApprove".',
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
const claudeSettings = z.object({ permissions: z.object({ allow: list, ask: list, deny: list }) });

function fromClaude(text: string): ImportedRules {
  const { permissions } = parsedAs(claudeSettings, text, 'claude');
  return collect(
    (['deny', 'ask', 'allow'] as const).flatMap((effect) =>
      permissions[effect].map((written) => ({ effect, written, read: readClaude(written, effect) })),
    ),
  );
}

const editTools = new Set(['Edit', 'Write', 'MultiEdit', 'NotebookEdit']);

function readClaude(written: string, effect: HouseEffect): Read {
  const parts = /^(?<tool>[\w-]+)(?:\((?<inside>[\s\S]*)\))?$/.exec(written.trim())?.groups;
  const tool = parts?.['tool'] ?? '';
  const inside = parts?.['inside'];
  if (tool === 'Bash') return readClaudeCommand(inside, effect);
  if (editTools.has(tool)) return { pattern: { kind: 'path', glob: pathOf(inside ?? '**') } };
  if (tool === 'Read') return { why: 'Reading is a matter of policies (usePath) and of data protection’s path rules.' };
  return { why: `${tool === '' ? 'This' : tool} is no command and no change of a file.` };
}

function readClaudeCommand(inside: string | undefined, effect: HouseEffect): Read {
  if (inside === undefined || inside === '*') {
    if (effect === 'allow') return { why: 'It would allow every command; the mode Auto does that under the guard.' };
    return { pattern: { kind: 'command', words: ['*'], more: true } };
  }
  const isPrefix = /:\*$| \*$/.test(inside);
  const words = inside
    .replace(/:\*$| \*$/, '')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return { why: 'It names no command.' };
  if (/[|&;<>$`"'\\]/.test(inside)) return { why: 'It holds signs of the shell; rules are about one command’s words.' };
  return { pattern: { kind: 'command', words, more: isPrefix } };
}

/** `//` begins an absolute path there, `/` and `./` the project. */
const pathOf = (inside: string) => inside.replace(/^\.?\/(?!\/)/, '');

const decisions: Record<string, HouseEffect> = { allow: 'allow', prompt: 'ask', forbidden: 'deny' };

/** Calls of `prefix_rule` with literal arguments; the rest of the language is not read. */
function fromCodex(text: string): ImportedRules {
  const calls = text.matchAll(/prefix_rule\s*\((?<inside>(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^()"'])*)\)/g);
  return collect(
    [...calls].map(({ 0: written, groups }) => {
      const inside = groups?.['inside'] ?? '';
      const decision = /\bdecision\s*=\s*["'](\w+)["']/.exec(inside)?.[1] ?? 'allow';
      const note = /\bjustification\s*=\s*"((?:\\.|[^"\\])*)"/.exec(inside)?.[1] ?? '';
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
  z.union([z.boolean(), z.null(), z.object({ approve: z.boolean(), matchCommandLine: z.boolean().optional() })]),
);
const codeSettings = z.object({
  'chat.tools.terminal.autoApprove': approval.default({}),
  'chat.tools.edits.autoApprove': approval.default({}),
});

function fromVsCode(text: string): ImportedRules {
  const settings = parsedAs(codeSettings, text, 'vscode');
  const entriesOf = (of: z.infer<typeof approval>, read: (written: string) => Read) =>
    Object.entries(of).flatMap(([written, said]) => {
      if (said === null) return [];
      const isAllowed = typeof said === 'boolean' ? said : said.approve;
      return [{ effect: isAllowed ? ('allow' as const) : ('ask' as const), written, read: read(written) }];
    });
  return collect([
    ...entriesOf(settings['chat.tools.terminal.autoApprove'], readCodeCommand),
    ...entriesOf(settings['chat.tools.edits.autoApprove'], (glob) => ({ pattern: { kind: 'path', glob } })),
  ]);
}

function readCodeCommand(written: string): Read {
  const expression = /^\/(?<source>.+)\/(?<flags>[a-z]*)$/.exec(written)?.groups;
  if (!expression) return { pattern: { kind: 'command', words: written.trim().split(/\s+/), more: true } };
  const { source = '', flags = '' } = expression;
  const own = flags.includes('i') ? `(?i)${source}` : source;
  return /\(\?[=!<]/.test(source)
    ? { why: 'It looks ahead or behind, which expressions in linear time cannot.' }
    : { pattern: { kind: 'line', expression: own } };
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
