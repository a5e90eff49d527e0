import type { FileEdit, Skip } from './operation.ts';
import type { Command, ParsedRequest } from './parse-request.ts';

const mostListed = 20;

const examples = [
  '- Rename a symbol and all its references: `rename parseAmount to parseMoney`',
  '- Replace code by pattern: `replace console.log($A) with logger.info($A) in src`',
  '- Organise imports: `organise imports in src/cart.ts`',
  '- Remove unused imports: `remove unused imports`',
  '- Fix what a linter can fix: `fix lint in src/cart.ts`',
  '- Format: `format src`',
].join('\n');

/** What the agent is and can do. */
export function helpText(): string {
  return `I am a refactoring program, not a language model: I understand a few kinds of request and do them exactly. I can:\n\n${examples}\n\nJoin several with "and then", ";" or a new line. In a pattern, \`$A\` stands for one piece of code and \`$$$ARGS\` for several.`;
}

export function unclearText(request: Extract<ParsedRequest, { state: 'unclear' }>): string {
  const lines = request.unclear.map(
    ({ text, reason }) => `- ${code(text)}${reason === undefined ? '' : `: ${reason}`}`,
  );
  const understood = request.commands.map((command) => `- ${describe(command)}`);
  const also =
    understood.length === 0 ? '' : `\n\nI understood this part, and left it too:\n\n${understood.join('\n')}`;
  return `I did not understand this, so I changed nothing:\n\n${lines.join('\n')}${also}\n\n${helpText()}`;
}

/** A command in words, as the beginning of a sentence: "Rename `a` to `b`". */
export function describe(command: Command): string {
  const where = placeText(command.scope);
  switch (command.kind) {
    case 'rename': {
      const name = command.container === undefined ? command.from : `${command.container}.${command.from}`;
      const line = command.line === undefined ? '' : ` at line ${command.line}`;
      const declared = command.scope.length === 0 ? '' : ` (declared${where}${line})`;
      return `Rename ${code(name)} to ${code(command.to)}${declared} and its references everywhere`;
    }
    case 'replace':
      return command.replacement === ''
        ? `Remove ${code(command.pattern)}${where}`
        : `Replace ${code(command.pattern)} with ${code(command.replacement)}${where}`;
    case 'organise':
      return `Organise imports${where}`;
    case 'remove-unused':
      return `Remove unused imports${where}`;
    case 'lint':
      return `Fix lint${where}`;
    case 'format':
      return `Format${where === '' ? ' the project' : where}`;
  }
}

function placeText(scope: readonly string[]): string {
  return scope.length === 0 ? '' : ` in ${scope.map(code).join(', ')}`;
}

export type Summary = {
  command: Command;
  changed: readonly FileEdit[];
  skipped: readonly Skip[];
  searched: number;
  /** Nothing was written, on purpose. */
  planned: boolean;
};

export function summaryText({ command, changed, skipped, searched, planned }: Summary): string {
  const places = changed.reduce((sum, edit) => sum + edit.places, 0);
  const left = skippedText(skipped);
  if (changed.length === 0) return `${nothingText(command, searched)}${left}`;
  const what = `${count(places, 'place')} in ${count(changed.length, 'file')}`;
  const lead = planned ? `I would change ${what} and have changed nothing:` : `Changed ${what}:`;
  return `${lead}\n\n${list(changed.map((edit) => fileLine(edit, planned)))}${left}`;
}

function nothingText(command: Command, searched: number): string {
  const where = command.scope.length === 0 ? 'the project' : command.scope.map(code).join(', ');
  const looked = `I looked at ${count(searched, 'file')} in ${where}`;
  switch (command.kind) {
    case 'rename':
      return `I found no symbol called ${code(command.from)} that is declared there. I looked at ${count(searched, 'script')} (TypeScript and JavaScript) in ${where}. Nothing was changed.`;
    case 'replace':
      return `Nothing matches ${code(command.pattern)}. ${looked} that I can read as code: TypeScript, JavaScript, CSS and HTML. Nothing was changed.`;
    case 'organise':
    case 'remove-unused':
      return `The imports are in order already. ${looked}. Nothing was changed.`;
    case 'lint':
    case 'format':
      return `No file was changed. ${looked}.`;
  }
}

function fileLine(edit: FileEdit, withLines: boolean): string {
  const lines = withLines
    ? `, line${edit.lines.length === 1 ? '' : 's'} ${some(edit.lines.map(String), 12).join(', ')}`
    : '';
  return `${code(edit.path)} (${edit.places}${lines})`;
}

function skippedText(skipped: readonly Skip[]): string {
  if (skipped.length === 0) return '';
  const lines = skipped.map(({ path, reason }) => (path === undefined ? reason : `${code(path)}: ${reason}`));
  return `\n\nLeft as they are:\n\n${list(lines)}`;
}

function list(lines: readonly string[]): string {
  return some(lines, mostListed)
    .map((line) => `- ${line}`)
    .join('\n');
}

function some(items: readonly string[], most: number): string[] {
  return items.length <= most ? [...items] : [...items.slice(0, most), `and ${items.length - most} more`];
}

export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

/** Text as inline code, also when it has backticks or line breaks of its own. */
export function code(text: string): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ');
  const fence = '`'.repeat(Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}
