import type { Word } from '../interpreted.ts';
import { isExact, joinWords, unknown } from '../word.ts';
import { redirected } from './redirect.ts';
import { expandText, expandWord, expandWords } from './expand.ts';
import { fitsPattern } from './glob.ts';
import { runSimple } from './simple.ts';
import {
  assign, fork, knowsTheSame, merge, nothingPrinted, report, step, type Content, type Done, type Shell, type Status,
} from './state.ts'; // prettier-ignore
import type { Statement, Tied } from './statement.ts';

/** Walks statements the way a shell runs them; where it cannot know which way they go, it goes both. */

const both = (content: Content, other: Content): Content =>
  other === nothingPrinted
    ? content
    : {
        text: content.text && other.text && joinWords([content.text, other.text]),
        from: [...new Set([...content.from, ...other.from])],
      };

export function run(statement: Statement, shell: Shell): Done {
  if (!step(shell)) return { status: undefined, output: { text: undefined, from: [] } };
  switch (statement.kind) {
    case 'simple':
      return runSimple(statement, shell);
    case 'pipeline':
      return runPipeline(statement.parts, shell);
    case 'not': {
      const { status, output } = run(statement.body, shell);
      return { status: status === undefined ? undefined : !status, output };
    }
    case 'list':
      return runList(statement.parts, shell);
    case 'group':
      return redirected(statement.redirects, statement.subshell ? fork(shell) : shell, (inner) =>
        run(statement.body, inner),
      );
    case 'function':
      shell.functions.set(unquote(statement.name), statement.body);
      return { status: true, output: nothingPrinted };
    default:
      return runCompound(statement, shell);
  }
}

const unquote = (name: string) => name.replaceAll(/["'\\]/g, '');

function runCompound(statement: Statement, shell: Shell): Done {
  switch (statement.kind) {
    case 'if':
      return runIf(statement.branches, shell);
    case 'loop':
      return runLoop(statement, shell);
    case 'for':
      return runFor(statement, shell);
    case 'case':
      return runCase(statement, shell);
    case 'test':
      return { status: testStatus(expandWords(statement.words, shell)), output: nothingPrinted };
    case 'arithmetic':
      expandWords(statement.words, shell);
      if (!isArithmetic(statement.text))
        report(shell, { kind: 'syntax', what: 'What stands between (( and )) is no arithmetic' });
      return { status: arithmeticStatus(statement.text), output: nothingPrinted };
    default:
      return { status: undefined, output: nothingPrinted };
  }
}

/** `[ word ]` is true when the word is not empty. */
function testStatus(words: readonly Word[]): Status {
  const [only, ...more] = words;
  return only !== undefined && more.length === 0 && isExact(only) ? only.text !== '' : undefined;
}

/** Two brackets may also be two subshells: then words stand side by side, or a path ends them. */
function isArithmetic(text: string): boolean {
  return !/[\w)]\s+[\w(]|[^+-][-+*/%&|^<>=]\s*(?:\)|$)/.test(text);
}

function arithmeticStatus(text: string): Status {
  const number = /^\s*(\d+)\s*$/.exec(text)?.[1];
  return number === undefined ? undefined : Number(number) !== 0;
}

function runPipeline(parts: readonly Statement[], shell: Shell): Done {
  let stdin = shell.stdin;
  let done: Done = { status: true, output: nothingPrinted };
  for (const part of parts) {
    done = run(part, fork(shell, { stdin, piped: true }));
    stdin = done.output;
  }
  return done;
}

function runList(parts: readonly Tied[], shell: Shell): Done {
  let done: Done = { status: true, output: nothingPrinted };
  let output: Content = nothingPrinted;
  let before: Shell | undefined;
  const wasConditional = shell.conditional;
  for (const part of parts) {
    if (part.tie === ';') {
      settle(shell, before, wasConditional);
      before = undefined;
    } else if (isSkipped(part.tie, done.status)) continue;
    else if (done.status === undefined) {
      before ??= fork(shell);
      shell.conditional = true;
    }
    done = run(part.statement, part.background ? fork(shell, { background: true }) : shell);
    output = both(output, done.output);
  }
  settle(shell, before, wasConditional);
  return { status: done.status, output: output };
}

const isSkipped = (tie: '&&' | '||', status: Status) => status === (tie === '||');

function settle(shell: Shell, before: Shell | undefined, wasConditional: boolean): void {
  if (before !== undefined) merge(shell, before);
  shell.conditional = wasConditional;
}

function runIf(branches: (Statement & { kind: 'if' })['branches'], shell: Shell): Done {
  let output: Content = nothingPrinted;
  const ends: Shell[] = [];
  let open = true;
  for (const { test, body } of branches) {
    const tested = test === undefined ? { status: true, output: nothingPrinted } : run(test, shell);
    output = both(output, tested.output);
    if (tested.status === false) continue;
    const way = fork(shell, { conditional: shell.conditional || tested.status === undefined || ends.length > 0 });
    output = both(output, run(body, way).output);
    ends.push(way);
    open = tested.status === undefined;
    if (!open) break;
  }
  adopt(shell, ends, open);
  return { status: undefined, output };
}

/** The shell goes on with what the ways taken left; `open` when it may have taken none. */
function adopt(shell: Shell, [first, ...rest]: readonly Shell[], open: boolean): void {
  if (first === undefined) return;
  const before = fork(shell);
  shell.variables = first.variables;
  shell.functions = first.functions;
  shell.aliases = first.aliases;
  shell.exported = first.exported;
  shell.cwd = first.cwd;
  shell.folders = first.folders;
  for (const other of open ? [...rest, before] : rest) merge(shell, other);
}

function runLoop({ test, body, until }: Statement & { kind: 'loop' }, shell: Shell): Done {
  const start = shell.walk.commands.length;
  const tested = test === undefined ? { status: undefined, output: nothingPrinted } : run(test, shell);
  if (tested.status === until && tested.status !== undefined) return { status: undefined, output: tested.output };
  const endless = tested.status === !until;
  const again = () => {
    const way = fork(shell, { conditional: true });
    const done = run(body, way);
    const changed = !knowsTheSame(way, shell);
    adopt(shell, [way], !endless);
    return { done, changed };
  };
  const { done, changed } = again();
  if (endless) watchEndless(body, shell, start);
  if (changed) again();
  return { status: undefined, output: { text: undefined, from: done.output.from } };
}

/** A loop without end that starts processes in the background and does not surely leave. */
function watchEndless(body: Statement, shell: Shell, start: number): void {
  const started = shell.walk.commands.slice(start).some(({ background }) => background);
  if (started && !surelyLeaves(body))
    shell.walk.hazards.push({ kind: 'endless-spawn', what: 'A loop without end starts processes in the background' });
}

function surelyLeaves(body: Statement): boolean {
  const parts = body.kind === 'list' ? body.parts : [{ tie: ';' as const, background: false, statement: body }];
  return parts.some(
    ({ tie, background, statement }) =>
      tie === ';' &&
      !background &&
      statement.kind === 'simple' &&
      /^\s*(?:break|exit|return|wait|sleep)\b/.test(statement.source),
  );
}

const mostTurns = 12;

function runFor({ variable, words, body }: Statement & { kind: 'for' }, shell: Shell): Done {
  const values = words === undefined ? (shell.positional ?? [unknown('$@', true)]) : expandWords(words, shell);
  const turns = values.length > mostTurns ? [unknown(`$${variable}`)] : values;
  let output: Content = nothingPrinted;
  for (const word of turns) {
    assign(shell, variable, { kind: 'text', word: { ...word, splits: false } });
    output = both(output, run(body, shell).output);
  }
  if (turns.length === 0) assign(shell, variable, { kind: 'text', word: unknown(`$${variable}`) });
  return { status: undefined, output };
}

function runCase({ subject, arms }: Statement & { kind: 'case' }, shell: Shell): Done {
  const word = expandText(subject, shell);
  const ends: Shell[] = [];
  let output: Content = nothingPrinted;
  let sure = false;
  let falling = false;
  for (const { patterns, body, falls } of arms) {
    const fits = falling
      ? true
      : armFits(
          word,
          patterns.map((pattern) => joinWords(expandWord(pattern, shell))),
        );
    if (fits === false) continue;
    const way = fork(shell, { conditional: shell.conditional || fits === undefined });
    output = both(output, run(body, way).output);
    ends.push(way);
    falling = falls;
    sure = fits === true && !falls;
    if (sure) break;
  }
  adopt(shell, ends, !sure);
  return { status: undefined, output };
}

function armFits(word: Word, patterns: readonly Word[]): Status {
  if (patterns.some(({ text }) => text === '*')) return word.holes.length === 0 ? true : undefined;
  if (word.holes.length > 0 || patterns.some(({ holes }) => holes.length > 0)) return undefined;
  const fits = patterns.map(({ text }) => fitsPattern(word.text, text));
  if (fits.includes(true)) return true;
  return fits.includes(undefined) ? undefined : false;
}
