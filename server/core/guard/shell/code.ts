import { HOLE, type Word } from '../interpreted.ts';
import { joinWords, literal, unknown } from '../word.ts';
import { codeActions, type CodeAction } from './code-actions.ts';
import { isBrought } from './brought-folders.ts';
import { emit } from './emit.ts';
import { isForeign } from './files.ts';
import { readOptions, type Options, type OptionShape } from './options.ts';
import { contentOf } from './redirect.ts';
import { fork, report, type Call, type Content, type Done } from './state.ts';
import { pythonModule } from './python-module.ts';

/** Interpreters of other languages: their program is looked through for what starts programs and touches files. */

type Interpreter = OptionShape & {
  language: string;
  code: readonly string[];
  /** Options after which no program follows. */ module?: readonly string[];
};

const javascript = {
  language: 'javascript',
  code: ['-e', '-p', '--eval', '--print', '-pe'],
  valued: 'epr',
  longValued: ['eval', 'print', 'require', 'import', 'loader'],
};
const python = { language: 'python', code: ['-c'], module: ['-m'], valued: 'cmWX' };

const interpreters: Record<string, Interpreter> = {
  python, python2: python, python3: python, pypy: python, pypy3: python, ipython: python, ipython3: python, jython: python,
  node: javascript, nodejs: javascript, bun: javascript, tsx: javascript, 'ts-node': javascript, deno: javascript, qjs: javascript, electron: javascript,
  ruby: { language: 'ruby', code: ['-e'], valued: 'eIrCEFTx' }, irb: { language: 'ruby', code: ['-e'], valued: 'eIr' }, jruby: { language: 'ruby', code: ['-e'], valued: 'eIr' },
  perl: { language: 'perl', code: ['-e', '-E'], valued: 'eEIMmx0' },
  php: { language: 'php', code: ['-r', '-B', '-R', '--run'], valued: 'rdfBRFEcz', longValued: ['run', 'define', 'file'] },
  lua: { language: 'lua', code: ['-e'], valued: 'elW' }, luajit: { language: 'lua', code: ['-e'], valued: 'elb' },
  rscript: { language: 'r', code: ['-e'], valued: 'e' }, r: { language: 'r', code: ['-e'], valued: 'ef' }, julia: { language: 'julia', code: ['-e', '-E', '--eval'], valued: 'eEL', longValued: ['eval'] },
  osascript: { language: 'applescript', code: ['-e'], valued: 'el' }, tclsh: { language: 'tcl', code: [] }, expect: { language: 'tcl', code: ['-c'], valued: 'cf' },
  emacs: { language: 'lisp', code: ['--eval', '-eval', '--execute'], longValued: ['eval', 'execute', 'load'], singleDash: true },
  elixir: { language: 'elixir', code: ['-e', '--eval'], valued: 'erS', longValued: ['eval'] }, groovy: { language: 'groovy', code: ['-e'], valued: 'e' }, scala: { language: 'scala', code: ['-e'], valued: 'e' }, kotlin: { language: 'kotlin', code: ['-e'], valued: 'e' }, jshell: { language: 'java', code: [] },
  guile: { language: 'lisp', code: ['-c'], valued: 'celL' }, sbcl: { language: 'lisp', code: ['--eval'], longValued: ['eval', 'load'] }, clisp: { language: 'lisp', code: ['-x'], valued: 'x' }, racket: { language: 'lisp', code: ['-e'], valued: 'eftl' }, clojure: { language: 'lisp', code: ['-e'], valued: 'e' }, clj: { language: 'lisp', code: ['-e'], valued: 'e' }, bb: { language: 'lisp', code: ['-e'], valued: 'e' },
  erl: { language: 'erlang', code: ['-eval'], longValued: ['eval', 'pa', 'sname', 'name', 's'], singleDash: true }, octave: { language: 'octave', code: ['--eval'], longValued: ['eval'] }, gnuplot: { language: 'gnuplot', code: ['-e'], valued: 'e' }, dc: { language: 'dc', code: ['-e'], valued: 'ef' }, raku: { language: 'perl', code: ['-e'], valued: 'e' },
  swift: { language: 'swift', code: ['-e'], valued: 'e' }, ghc: { language: 'haskell', code: ['-e'], valued: 'e' },
}; // prettier-ignore

/** The language of an interpreter by its name (`python3.11` too); undefined for shells. */
export function languageOf(name: string): string | undefined {
  return interpreterOf(name)?.language;
}

function interpreterOf(name: string): Interpreter | undefined {
  const plain = Object.hasOwn(interpreters, name) ? name : name.replace(/[\d.]+$/, '');
  const found = Object.hasOwn(interpreters, plain) ? interpreters[plain] : undefined;
  return found;
}

export function runInterpreter(call: Call): Done | undefined {
  const interpreter = interpreterOf(call.name);
  if (interpreter === undefined) return undefined;
  const at = emit(call);
  const code = codeOf(call, interpreter);
  if (interpreter.language === 'python') pythonModule(call);
  if (code !== undefined) inspectCode(call, { code, language: interpreter.language });
  return { status: undefined, output: { text: undefined, from: [...(call.stdin?.from ?? []), at] } };
}

/** The program's text, where it is at hand; what is read unseen from elsewhere is reported. */
function codeOf(call: Call, interpreter: Interpreter): Word | undefined {
  const evaluates = interpreter.language === 'javascript' && call.args[0]?.text === 'eval';
  const args = (evaluates ? call.args.slice(1) : call.args).map((word) =>
    interpreter.language === 'javascript' && word.text === '-pe' ? literal('--print') : word,
  );
  const read = readOptions(args, interpreter);
  const given = givenCode(read, args, interpreter);
  if (given !== undefined) return given;
  const [script] = read.operands;
  if (evaluates) return script;
  if (
    read.options.some(
      ({ name }) => interpreter.module?.includes(name) === true || /^-(?:-version|V|-help|h|v)$/.test(name),
    )
  )
    return undefined;
  if (script === undefined || script.text === '-') return seen(call, call.stdin);
  if (isBrought(script, call.shell))
    report(call.shell, {
      kind: 'program',
      what: `${script.text} came from elsewhere in this very line, and nobody has looked at it`,
    });
  const hasVerbs = call.name === 'bun' || call.name === 'deno';
  return hasVerbs ? undefined : seen(call, contentOf(script, call.shell), true);
}

function givenCode(read: Options, args: readonly Word[], interpreter: Interpreter): Word | undefined {
  const given = read.options.flatMap(({ name, value }) =>
    value !== undefined && interpreter.code.includes(name) ? [value] : [],
  );
  return given.length > 0 ? joinWords(given, '\n') : clustered(args, interpreter);
}

/** `perl -ne code`, `ruby -we code`: the code follows a cluster of letters. */
function clustered(args: readonly Word[], { code }: Interpreter): Word | undefined {
  const letters = code
    .filter((name) => name.length === 2)
    .map((name) => name.slice(1))
    .join('');
  if (letters === '') return undefined;
  const at = args.findIndex(({ text }) => new RegExp(`^-[a-zA-Z0-9]*[${letters}]$`).test(text));
  return at < 0 ? undefined : args[at + 1];
}

function seen(call: Call, content: Content | undefined, isFile = false): Word | undefined {
  if (content === undefined || content.text !== undefined) return content?.text;
  const foreign = isForeign(content, call.shell);
  if (foreign || (!isFile && content.file === undefined) || content.from.length > 0)
    report(call.shell, {
      kind: foreign ? 'foreign' : 'program',
      what: `${call.name} runs ${foreign ? 'what comes from the network, unseen' : 'what another command prints, and that is not known'}`,
    });
  return undefined;
}

/** Runs as shell commands what a program in another language would do. */
export function inspectCode(call: Call, { code, language }: { code: Word; language: string }): void {
  const shell = fork(call.shell, { via: [...call.shell.via, language], stdin: undefined });
  const inner: Call = { ...call, shell, redirects: [], stdin: undefined, env: new Map(), byShell: false };
  for (const action of codeActions(code.text, language)) act(inner, action, language);
  if (code.holes.length > 0 && /\0\s*[;(]|[;(]\s*\0|^\s*\0/.test(code.text))
    report(shell, { kind: 'program', what: `A part of the ${language} program is not known: ${code.holes[0] ?? ''}` });
}

function act(call: Call, action: CodeAction, language: string): void {
  const { shell } = call;
  if (action.kind === 'unknown') {
    report(shell, { kind: 'program', what: `A ${language} program runs what cannot be told before: ${action.what}` });
    return;
  }
  if (action.kind === 'shell') {
    shell.walk.program(call, { text: toWord(action.text), via: language, positional: [] });
    return;
  }
  if (action.kind === 'write') {
    emit({
      ...call,
      name: language,
      program: literal(language),
      args: [],
      redirects: [{ kind: '>', fd: 1, target: toWord(action.path) }],
    });
    return;
  }
  const [name = '', ...args] = action.words;
  const base = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  shell.walk.call({ ...call, program: toWord(name), name: base, args: args.map(toWord) });
}

/** Texts of programs hold HOLE where a value is put in. */
function toWord(text: string): Word {
  const count = text.split(HOLE).length - 1;
  return count === 0
    ? literal(text)
    : { ...unknown('value'), text, holes: Array.from({ length: count }, () => 'value') };
}

export const interpreterHandlers = Object.fromEntries(Object.keys(interpreters).map((name) => [name, runInterpreter]));
