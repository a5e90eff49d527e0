import { maskQuotes, type Masked } from './mask-quotes.ts';
import { parseScope, splitScope, type Scope } from './parse-scope.ts';

/** What a person may ask for. `scope` names files, folders or patterns relative to the root; empty is everything. */
export type Command =
  | { kind: 'rename'; from: string; to: string; container?: string; scope: readonly string[]; line?: number }
  | { kind: 'replace'; pattern: string; replacement: string; scope: readonly string[] }
  | { kind: 'organise' | 'remove-unused'; scope: readonly string[] }
  | { kind: 'lint' | 'format'; scope: readonly string[] };

export type Unclear = { text: string; reason?: string };

export type ParsedRequest =
  | { state: 'commands'; commands: readonly Command[] }
  | { state: 'help' }
  /** At least one part was not understood; `commands` are the parts that were. */
  | { state: 'unclear'; unclear: readonly Unclear[]; commands: readonly Command[] };

type Outcome = Command | Unclear;

const longestRequest = 20_000;

/** Reads a request in plain English. Never throws; what it does not understand it gives back as `unclear`. */
export function parseRequest(text: string): ParsedRequest {
  if (text.length > longestRequest) {
    return { state: 'unclear', unclear: [{ text: text.slice(0, 80), reason: 'it is too long' }], commands: [] };
  }
  const masked = maskQuotes(text.replaceAll('\r\n', '\n'));
  const parts = splitParts(masked.text);
  if (parts.every((part) => isHelp(part.text))) return { state: 'help' };
  const outcomes = shareScopes(parts.map((part) => ({ ...part, outcome: parsePart(part.text, masked) })));
  const commands = outcomes.filter(isCommand);
  const unclear = outcomes.filter(isUnclear);
  return unclear.length === 0 ? { state: 'commands', commands } : { state: 'unclear', unclear, commands };
}

function isCommand(outcome: Outcome): outcome is Command {
  return 'kind' in outcome;
}

function isUnclear(outcome: Outcome): outcome is Unclear {
  return !isCommand(outcome);
}

type Part = { text: string; joinedByAnd: boolean };

const verbs =
  'please|rename|change|replace|substitute|swap|use|lint|fix|apply|run|format|reformat|prettify|organi[sz]e|sort|tidy|clean|remove|delete|drop|strip';
const separator = new RegExp(
  `\\s*(?:;|\\n|,?\\s+and\\s+then|,?\\s+then|,?\\s+and|(?<!\\d)\\.\\s|,)\\s*(?=(?:${verbs})\\b)|\\s*\\n\\s*|;\\s*$`,
  'i',
);

function splitParts(text: string): Part[] {
  const parts: Part[] = [];
  let rest = text;
  let joinedByAnd = false;
  for (let found = separator.exec(rest); found !== null; found = separator.exec(rest)) {
    parts.push({ text: trimPart(rest.slice(0, found.index)), joinedByAnd });
    rest = rest.slice(found.index + Math.max(1, found[0].length));
    joinedByAnd = /^\s*,?\s*(?:and)?\s*$/i.test(found[0]) && !found[0].includes('\n');
  }
  parts.push({ text: trimPart(rest), joinedByAnd });
  return parts.filter((part) => part.text !== '');
}

const opening =
  /^(?:[-*•]\s+|\d+[.)]\s+|@refactor\b[:,]?|(?:hey|hi|hello|ok|okay|so|now|first|finally|next|also|just|then|and)\b[,!]?|please\b,?|(?:can|could|would|will) you\b|(?:i'd like|i would like|i want|i need) (?:you )?to\b|let's\b|refactor[:,])\s*/i;
const closing = /\s*(?:[.!?,;]+|\b(?:please|thanks|thank you|for me|now))$/i;

/** Politeness, bullets and punctuation say nothing about what to do. */
function trimPart(text: string): string {
  let part = text.trim();
  for (let before = ''; before !== part;) {
    before = part;
    part = part.replace(opening, '').replace(closing, '').trim();
  }
  return part;
}

function isHelp(part: string): boolean {
  return /^(?:help|\?|what (?:can|do) you do|what are you|who are you|how do (?:you work|i use (?:you|this))|hi|hello|hey)$/i.test(
    part,
  );
}

/** "lint and format src": the place named last is meant for both. */
function shareScopes(parts: readonly (Part & { outcome: Outcome })[]): Outcome[] {
  const outcomes: Outcome[] = [];
  let shared: readonly string[] | undefined;
  for (const { outcome, joinedByAnd } of parts.toReversed()) {
    const takes = isCommand(outcome) && outcome.scope.length === 0 && outcome.kind !== 'rename' && shared !== undefined;
    const result = takes ? { ...outcome, scope: shared ?? [] } : outcome;
    outcomes.push(result);
    shared = joinedByAnd && isCommand(result) && result.kind !== 'rename' ? result.scope : undefined;
  }
  return outcomes.toReversed();
}

function parsePart(part: string, masked: Masked): Outcome {
  for (const parse of [parseRename, parseReplace, parseWholeFile]) {
    const outcome = parse(part, masked);
    if (outcome !== undefined) return outcome;
  }
  return unclearPart(part, masked);
}

function unclearPart(part: string, masked: Masked): Unclear {
  const text = masked.restore(part);
  if (/\b(?:unused|dead)\b/i.test(part)) {
    return { text, reason: 'of unused code I can remove imports only ("remove unused imports")' };
  }
  if (/^rename\b/i.test(part)) return { text, reason: 'say both names: rename OLD to NEW' };
  if (/^replace\b/i.test(part)) return { text, reason: 'say both sides, best in backticks: replace `OLD` with `NEW`' };
  return { text };
}

const kindOfSymbol =
  '(?:(?:the|all|every)\\s+)?(?:(?:symbol|function|class|variable|const(?:ant)?|method|field|property|type|interface|enum|name|identifier|component|hook)\\s+)?';
const renameForms = [
  new RegExp(`^rename\\s+${kindOfSymbol}(\\S+)\\s+(?:to|as|into|->|=>|→)\\s+(\\S+)(.*)$`, 'is'),
  new RegExp(`^change\\s+(?:the\\s+)?name\\s+of\\s+${kindOfSymbol}(\\S+)\\s+(?:to|into)\\s+(\\S+)(.*)$`, 'is'),
];

function parseRename(part: string, masked: Masked): Outcome | undefined {
  // "rename X in FILE to Y" says the same as "rename X to Y in FILE".
  const inner = /^(rename\s+.+?)\s+(in\s+\S+)\s+((?:to|as|into)\s+\S+)$/is.exec(part);
  const text = inner ? `${inner[1]} ${inner[3]} ${inner[2]}` : part;
  for (const form of renameForms) {
    const [, from = '', to = '', rest = ''] = form.exec(text) ?? [];
    if (from !== '') return renameFrom({ from: masked.unwrap(from), to: masked.unwrap(to), rest }, part, masked);
  }
  return undefined;
}

function renameFrom(given: { from: string; to: string; rest: string }, part: string, masked: Masked): Outcome {
  const text = masked.restore(part);
  const scope = parseScope(given.rest, masked, { line: true });
  if (scope === undefined)
    return { text, reason: `"${masked.restore(given.rest).trim()}" is not a place in the project` };
  if ('reason' in scope) return { text, reason: scope.reason };
  const old = symbolName(given.from);
  if ('reason' in old) return { text, reason: old.reason };
  const { from, container } = old;
  const fresh = bare(given.to);
  const to = container !== undefined && fresh.startsWith(`${container}.`) ? fresh.slice(container.length + 1) : fresh;
  if (!isName(to)) return { text, reason: `${given.to} is not a valid name` };
  return { kind: 'rename', from, to, ...(container === undefined ? {} : { container }), ...scope };
}

/** A name, or a member as `Container.name`. */
function symbolName(given: string): { from: string; container?: string } | { reason: string } {
  if (/\/|\.(?:[cm]?[jt]sx?|json|css|html?|md|py)$/i.test(given)) return { reason: 'I rename symbols, not files' };
  const [from = '', container, ...more] = bare(given).split(/[.#]/).toReversed();
  if (more.length > 0 || !isName(from)) return { reason: `${given} is not the name of a symbol` };
  if (container === undefined) return { from };
  return isName(container) ? { from, container } : { reason: `${given} is not the name of a symbol` };
}

function bare(name: string): string {
  return name.replace(/\(\)$/, '').replace(/[,;:]$/, '');
}

function isName(text: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);
}

const replaceForms = [
  /^(?:replace|substitute|swap)\s+(?:(?:all|every|each|any)\s+(?:(?:occurrences?|uses?|usages?|calls?|instances?)\s+(?:of|to)\s+)?)?(?<old>.+?)\s+(?:with|by|for)\s+(?<fresh>.+)$/is,
  /^change\s+(?:(?:all|every|each)\s+)?(?<old>.+?)\s+(?:to|into)\s+(?<fresh>.+)$/is,
  /^use\s+(?<fresh>.+?)\s+instead\s+of\s+(?<old>.+)$/is,
];

function parseReplace(part: string, masked: Masked): Outcome | undefined {
  const text = masked.restore(part);
  for (const form of replaceForms) {
    const groups = form.exec(part)?.groups;
    if (groups === undefined) continue;
    const isUse = part.toLowerCase().startsWith('use');
    const { rest, scope } = splitScope((isUse ? groups['old'] : groups['fresh']) ?? '', masked);
    if ('reason' in scope) return { text, reason: scope.reason };
    const pattern = masked.unwrap(isUse ? rest : (groups['old'] ?? ''));
    const replacement = masked.unwrap(isUse ? (groups['fresh'] ?? '') : rest);
    if (pattern === '') return undefined;
    return { kind: 'replace', pattern, replacement, scope: scope.scope };
  }
  return undefined;
}

const tool = '(?:(?:eslint|oxlint|biome|prettier|oxfmt|lint(?:ing|er)?)\\s+)?';
const findings = '(?:errors?|issues?|problems?|findings?|warnings?|fixes|rules?|violations?)';
const wholeFileForms: readonly (readonly [Exclude<Command['kind'], 'rename' | 'replace'>, RegExp])[] = [
  [
    'remove-unused',
    /^(?:remove|delete|drop|clean\s+up|strip)\s+(?:(?:all|the|any|every)\s+)*unused\s+imports?(?<rest>.*)$/is,
  ],
  [
    'organise',
    /^(?:organi[sz]e|sort|tidy(?:\s+up)?|clean\s+up|order|arrange)\s+(?:(?:all|the|my)\s+)*imports?(?<rest>.*)$/is,
  ],
  [
    'lint',
    new RegExp(
      `^(?:(?:auto-?)?fix|apply|run|correct|clean\\s+up)\\s+(?:(?:all|the|any|every|with)\\s+)*(?:eslint|oxlint|biome|lint(?:ing|er|s)?)(?:\\s+${findings})?(?<rest>(?:\\s.*)?)$`,
      'is',
    ),
  ],
  ['lint', /^lint(?:\s+(?:everything|all|the\s+code|code))?(?<rest>(?:\s.*)?)$/is],
  [
    'format',
    new RegExp(`^(?:fix|correct|clean\\s+up|apply)\\s+(?:the\\s+)?(?:format(?:ting)?|style)(?<rest>(?:\\s.*)?)$`, 'is'),
  ],
  ['format', new RegExp(`^run\\s+(?:the\\s+)?${tool}(?:formatter|prettier|oxfmt)(?<rest>(?:\\s.*)?)$`, 'is')],
  ['format', /^(?:re)?format(?:\s+(?:all|the\s+)?\s*(?:code|files?|everything))?(?<rest>(?:\s.*)?)$/is],
  ['format', /^prettify(?:\s+(?:all|the\s+)?\s*(?:code|files?|everything))?(?<rest>(?:\s.*)?)$/is],
];

function parseWholeFile(part: string, masked: Masked): Outcome | undefined {
  for (const [kind, form] of wholeFileForms) {
    const rest = form.exec(part)?.groups?.['rest'];
    if (rest === undefined) continue;
    const scope: Scope | undefined = parseScope(rest, masked);
    if (scope === undefined) continue;
    if ('reason' in scope) return { text: masked.restore(part), reason: scope.reason };
    return { kind, scope: scope.scope };
  }
  return undefined;
}
