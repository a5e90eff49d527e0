import { HOLE, type Interpreted, type SimpleCommand, type Word } from '../../server/core/guard/interpreted.ts';
import { placeOf } from '../../server/core/guard/path-scope.ts';
import { isSecretWord } from '../../server/core/guard/rules/secret-paths.ts';
import type { GuardFacts } from '../../server/core/guard/verdict.ts';

/** What a model sees of a command line: names of what is there, none of it a rule's word. */

const address = /^(?:https?|ssh|ftp|s3|gs|git|rsync):\/\/|^[\w.-]+@[\w.-]+:|^[a-z][\w-]*(?:\.[\w-]+)+:\d+/i;
const looksLikePath = /[/~]|^\.|\.\w{1,5}$/;
const secretVariable = /TOKEN|SECRET|PASS|KEY|CREDENTIAL/i;

/** The words that a name or a text is made of: `delete-stack`, `dropAllTables`. */
function wordsOf(text: string): string[] {
  return text
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length > 2 && word.length < 15)
    .slice(0, 20);
}

function ofOption(text: string): string[] {
  const name = /^--?([A-Za-z][\w-]*)/.exec(text)?.[1];
  if (name === undefined) return [];
  if (text.startsWith('--') || name.length > 4) return [`f:${name}`, ...wordsOf(name).map((word) => `fw:${word}`)];
  return name.split('').map((letter) => `f:${letter}`);
}

function ofPath(word: Word, command: SimpleCommand, facts: GuardFacts): string[] {
  const { scope, whole } = placeOf(word, command, facts);
  return [`s:${scope}`, ...(whole ? ['whole'] : []), ...(isSecretWord(word) ? ['secret-path'] : [])];
}

/** The first two operands are where most programs have their verbs. */
function ofOperand(word: Word, at: number, given: { command: SimpleCommand; facts: GuardFacts }): string[] {
  const { text } = word;
  const place = at < 2 ? 'v' : 'w';
  if (address.test(text)) return ['address'];
  if (/\s/.test(text)) return wordsOf(text).map((each) => `t:${each}`);
  const found = looksLikePath.test(text) ? ofPath(word, given.command, given.facts) : [];
  return [...found, ...wordsOf(text).map((each) => `${place}:${each}`)];
}

function ofWord(word: Word): string[] {
  return [
    ...(word.glob ? ['glob'] : []),
    ...(word.text.includes(HOLE) ? ['unknown-part'] : []),
    ...(word.splits ? ['unknown-words'] : []),
    ...(word.holes.some((hole) => secretVariable.test(hole)) ? ['secret-variable'] : []),
  ];
}

function ofCommand(command: SimpleCommand, facts: GuardFacts): string[] {
  const found = [`p:${command.name}`, ...command.via.map((via) => `via:${via}`)];
  let operands = 0;
  for (const word of command.args) {
    found.push(...ofWord(word));
    if (word.text.startsWith('-')) found.push(...ofOption(word.text));
    else found.push(...ofOperand(word, operands++, { command, facts }));
  }
  for (const { kind, target } of command.redirects)
    found.push(...ofPath(target, command, facts).map((feature) => `${kind}${feature}`));
  if (command.stdin.kind === 'pipe') found.push('stdin:pipe');
  if (command.background) found.push('background');
  if (operands === 0) found.push('no-operand');
  return [...found, ...pairs(command.name, found)];
}

/** A program with each of its verbs and options, and a verb with each option: what a sum of single features cannot say. */
function pairs(name: string, found: readonly string[]): string[] {
  const verbs = found.filter((feature) => feature.startsWith('v:')).slice(0, 4);
  const options = found.filter((feature) => feature.startsWith('f:')).slice(0, 8);
  return [
    ...[...verbs, ...options].map((feature) => `${name} ${feature}`),
    ...verbs.flatMap((verb) => options.map((option) => `${verb} ${option}`)),
  ];
}

/** Each feature of any of the line's commands, once. */
export function featuresOf({ commands, files }: Interpreted, facts: GuardFacts): string[] {
  const found = new Set(commands.flatMap((command) => ofCommand(command, facts)));
  if (commands.length > 1) found.add('several');
  if ([...files.values()].some(({ network }) => network)) found.add('file-from-network');
  return [...found];
}
