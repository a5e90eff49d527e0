import type { SimpleCommand, Word } from '../interpreted.ts';
import { asksForHelp } from '../options.ts';
import type { Rule } from '../rule.ts';
import { isSecretVariable, variablesOf } from './secret-words.ts';

/** Variables that may hold secrets, printed one by one or all at once. */

/** `env.TOKEN`, `$ENV.TOKEN`, or all of it. */
function jqReadsEnvironment(program: string, args: readonly Word[]): boolean {
  const named = [...program.matchAll(/(?<![.\w])(?:env|\$ENV)\.(\w+)/g)].map((match) => match[1] ?? '');
  const whole = /^\s*(?:env|\$ENV)\s*(?:$|\|)/.test(program) && args.some(({ text }) => /^-\w*n/.test(text));
  return whole || named.some(isSecretVariable);
}

const printing = new Set(['echo', 'printf', 'print', 'cat']);

/** Reads the whole environment, or variables whose names tell of secrets. */
function printsEnvironment(command: SimpleCommand): boolean {
  const { name, args } = command;
  if (asksForHelp(args)) return false;
  if (printing.has(name)) return args.some((word) => variablesOf(word).some(isSecretVariable));
  const words = args.map(({ text }) => text);
  const named = words.filter((word) => !word.startsWith('-'));
  if (name === 'printenv') return named.length === 0 || named.some(isSecretVariable);
  if (name === 'env') return named.length === 0;
  if (name === 'set') return words.length === 0;
  if (words.length === 0) return name === 'export';
  return /^-[px]+$/.test(words[0] ?? '') && (words.length === 1 || words.slice(1).some(isSecretVariable));
}

/** By programs that have words of their own for the environment. */
function showsEnvironment(command: SimpleCommand): boolean {
  const { name, args } = command;
  if (name === 'jq' || name === 'gojq') return args.some(({ text }) => jqReadsEnvironment(text, args));
  // Without a dash `e` shows the environment of each process.
  if (name === 'ps') return args.some(({ text }) => /^[a-df-zA-Z]*e[a-zA-Z]*$/.test(text) && text.length < 6);
  return printsEnvironment(command);
}

export const environmentRules: readonly Rule[] = [
  {
    id: 'secrets.environment',
    verdict: 'ask',
    programs: [
      'env',
      'printenv',
      'export',
      'declare',
      'typeset',
      'set',
      'echo',
      'printf',
      'print',
      'cat',
      'jq',
      'gojq',
      'ps',
    ],
    matches: (command, { facts }) =>
      facts.sandboxed === true && command.name !== 'echo' && command.name !== 'printf'
        ? false
        : showsEnvironment(command),
    reason: 'This prints variables that may hold secrets.',
    saferWay: 'Name the variable that you need, or only test whether it is set: test -n "$NAME".',
    examples: {
      ng: [
        'env',
        'printenv',
        'printenv GITHUB_TOKEN',
        'echo $AWS_SECRET_ACCESS_KEY',
        'export -p',
        'declare -p NPM_TOKEN',
        "jq -n '$ENV.NPM_TOKEN'",
        'jq -n env',
        'ps eww',
        'node -p "process.env.NPM_TOKEN"',
        'awk \'BEGIN{print ENVIRON["NPM_TOKEN"]}\'',
        'printf %s "$NPM_TOKEN"',
        'env | grep KEY',
      ],
      ok: [
        'printenv PATH',
        'jq .env config.json',
        'ps aux',
        'ps -ef',
        'node -p "process.env.NODE_ENV"',
        'awk \'BEGIN{print ENVIRON["HOME"]}\'',
        'env NODE_ENV=test npm test',
        'echo $HOME',
        'export A=1',
        'echo "$KEYBOARD"',
        'set -e',
        'declare -a x',
      ],
    },
  },
];
