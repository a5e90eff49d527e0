import { HOLE, type Word } from '../interpreted.ts';
import { isExact, joinWords, literal, unknown } from '../word.ts';
import { evaluate } from './arithmetic.ts';
import { expandBraces } from './brace.ts';
import { lexWord, type Atom, type Mode, type Span } from './lex-word.ts';
import { expandParameter, type Parameter } from './parameter.ts';
import { readInside, readStatements } from './read-statements.ts';
import { defaultHome, fork, lookUp, step, type Content, type Shell } from './state.ts';
import type { RawWord } from './statement.ts';

/** From words as written to words as a program gets them. */

export function expandWords(raws: readonly RawWord[], shell: Shell): Word[] {
  return raws.flatMap((raw) => expandWord(raw, shell));
}

/** Stands for itself: no quote, escape, pattern, brace, tilde or variable. */
const plainWord = /^[\w./:=@%+,^-]+$/;

/** All words that one becomes: braces, parameters, substitutions, field splitting. */
export function expandWord(raw: RawWord, shell: Shell): Word[] {
  if (!step(shell, raw.end - raw.start)) return [unknown('…', true)];
  const text = raw.source.slice(raw.start, raw.end);
  if (plainWord.test(text)) return [literal(text)];
  const { words, cut } = expandBraces(lexWord(raw, 'word'));
  const fields = words.flatMap((atoms) => toFields(atoms, shell));
  return cut ? [...fields, unknown('{…}', true)] : fields;
}

/** One word whatever is in it: the value of an assignment, the text of a here-document, a redirection's target. */
export function expandText(span: Span, shell: Shell, mode: Mode = 'word'): Word {
  if (!step(shell, span.end - span.start)) return unknown('…');
  const atoms = lexWord(span, mode).map((atom, index) => unsplit(atom, index === 0 && mode === 'word', shell));
  const [word, ...more] = toFields(atoms, shell);
  return word === undefined ? literal('') : joinWords([word, ...more], ' ');
}

function unsplit(atom: Atom, first: boolean, shell: Shell): Atom {
  if (atom.kind !== 'text') return { ...atom, quoted: true };
  return { ...atom, text: atom.quoted ? atom.text : tilde(atom.text, first, shell) };
}

function tilde(text: string, first: boolean, shell: Shell): string {
  return first
    ? text.replace(/^~(?=\/|$|:)/, () => homeOf(shell)).replace(/^~(?=[a-z_][\w-]*(?:\/|$))/, '/home/')
    : text;
}

function homeOf(shell: Shell): string {
  const value = lookUp(shell, 'HOME');
  return value?.kind === 'text' && isExact(value.word) ? value.word.text : (shell.walk.facts.home ?? defaultHome);
}

type Fields = { done: Word[]; current: Word[] | undefined };

function toFields(atoms: readonly Atom[], shell: Shell): Word[] {
  const fields: Fields = { done: [], current: undefined };
  for (const [index, atom] of atoms.entries()) addAtom(fields, atom, { shell, first: index === 0 });
  if (fields.current !== undefined) fields.done.push(joinWords(fields.current));
  return fields.done;
}

function add(fields: Fields, word: Word): void {
  fields.current ??= [];
  fields.current.push(word);
}

function cut(fields: Fields): void {
  if (fields.current !== undefined) fields.done.push(joinWords(fields.current));
  fields.current = undefined;
}

function addAtom(fields: Fields, atom: Atom, { shell, first }: { shell: Shell; first: boolean }): void {
  switch (atom.kind) {
    case 'text': {
      if (atom.quoted) add(fields, literal(atom.text));
      else add(fields, { ...literal(tilde(atom.text, first, shell)), glob: isGlob(atom.text) });
      return;
    }
    case 'parameter':
      addParameter(fields, expandParameter(atom.body, shell, inner(shell, atom.quoted)), {
        shell,
        quoted: atom.quoted,
      });
      return;
    case 'command':
      addParameter(fields, { words: [substitute(atom, shell)], separate: false }, { shell, quoted: atom.quoted });
      return;
    case 'process':
      add(fields, substituteFile(atom, shell));
      return;
    case 'arithmetic':
      add(fields, evaluate(expandText(atom.body, shell, 'document'), shell));
  }
}

const isGlob = (text: string) => /[*?]|\[[^\]]+\]/.test(text);

/** Words inside `${…}` are read as words of their own. */
const inner = (shell: Shell, quoted: boolean) => (span: Span) =>
  expandText(span, shell, quoted && !/["']/.test(span.source.slice(span.start, span.end)) ? 'quoted' : 'word');

type Place = { shell: Shell; quoted: boolean };

function addParameter(fields: Fields, { words, separate }: Parameter, { shell, quoted }: Place): void {
  for (const [index, word] of words.entries()) {
    if (separate && index > 0) cut(fields);
    // A pattern that a loop went through stands for the names it found, in quotes as well.
    if (quoted) add(fields, { ...word, splits: word.splits && separate });
    else addSplit(fields, word, shell);
  }
}

/** An unquoted value falls apart at blanks (or whatever IFS holds). */
function addSplit(fields: Fields, word: Word, shell: Shell): void {
  const separators = separatorsOf(shell);
  let holesBefore = 0;
  for (const [index, part] of word.text.split(separators).entries()) {
    if (index > 0) cut(fields);
    const count = part.split(HOLE).length - 1;
    const holes = word.holes.slice(holesBefore, holesBefore + count);
    holesBefore += count;
    if (part !== '') add(fields, { text: part, glob: isGlob(part), holes, splits: count > 0 });
  }
}

function separatorsOf(shell: Shell): RegExp {
  const value = shell.variables.get('IFS');
  if (value?.kind !== 'text' || !isExact(value.word)) return /[ \t\n]+/;
  const signs = [...value.word.text].map((char) => char.replace(/[\\\]^-]/, '\\$&')).join('');
  return signs === '' ? /(?!)/ : new RegExp(`[${signs}]+`, 'u');
}

/** Programs read lines; a substitution takes the ends of the last ones off. */
function substitute(atom: Atom & { kind: 'command' }, shell: Shell): Word {
  const source = `$(${atom.text})`;
  const { text } = capture(atom, shell, '$(…)');
  return text === undefined ? unknown(source, true) : { ...text, text: text.text.replace(/[\r\n]+$/, '') };
}

function capture(atom: Atom & { kind: 'command' | 'process' }, shell: Shell, via: string): Content {
  const { walk } = shell;
  const nodeSource = atom.node === undefined ? undefined : atom.source;
  const reading =
    nodeSource !== undefined && atom.node !== undefined
      ? readInside(nodeSource, atom.node)
      : readStatements(walk.parse(atom.text));
  return walk.capture(reading, shell, via);
}

/** `<(…)` is a file with what the commands print; `>(…)` one whose text they read. */
function substituteFile(atom: Atom & { kind: 'process' }, shell: Shell): Word {
  if (atom.writes) {
    capture(atom, fork(shell, { stdin: { text: undefined, from: [] } }), '>(…)');
    return unknown(`>(${atom.text})`);
  }
  const content = capture(atom, shell, '<(…)');
  const name = `/dev/fd/${63 - shell.descriptors.size}`;
  shell.descriptors.set(name, content);
  return literal(name);
}
