import { actionFamilies, familyOf, type ActionFamily } from './action-family.ts';
import {
  familiesByVerb,
  familiesOfProgram,
  familiesUnlessLooking,
  packageVerbs,
  secretVerbs,
  taskWords,
} from './command-programs.ts';
import type { Interpreted, SimpleCommand } from './interpreted.ts';
import { asksForHelp, type Options } from './options.ts';
import { readGit } from './rules/git-words.ts';
import { plainWords } from './rules/service-verbs.ts';

/**
 * The families of what a line does (docs/spec/guard.md, GU80): those of each of its commands, from what it is, and those of the rules that
 * spoke about it, in one order, each once.
 */
export function familiesOf(ruleIds: readonly string[], interpreted?: Interpreted): ActionFamily[] {
  const own = interpreted?.commands.flatMap((command) => [...familiesOfCommand(command)]) ?? [];
  const found = new Set<ActionFamily | undefined>([...own, ...ruleIds.map(familyOf)]);
  return actionFamilies.filter((family) => found.has(family));
}

/** What only looks, asks for help or shows what would happen is of none, but for what handles secrets. */
function familiesOfCommand(command: SimpleCommand): Set<ActionFamily> {
  const { name, args, via } = command;
  const found = new Set<ActionFamily>();
  if (asksForHelp(args)) return found;
  const add = (families: readonly ActionFamily[] = []) => families.forEach((family) => found.add(family));
  const line = plainWords(command).join(' ');
  if (secretVerbs.get(name)?.test(line)) add(['secrets']);
  if (isTrialRun(command)) return found;
  add(familiesOfProgram.get(name));
  if (packageVerbs.get(name)?.test(line) || (name === 'yarn' && line === '')) add(['packages']);
  if (!looks(command)) add([...(familiesUnlessLooking.get(name) ?? []), ...familiesOfOptions(command)]);
  add(familiesOfTool(command));
  add(familiesOfTask(command));
  if (via.some((wrapper) => raising.has(wrapper))) add(['machine']);
  return found;
}

const raising: ReadonlySet<string> = new Set(['sudo', 'doas', 'su', 'pkexec', 'runuser']);

const isTrialRun = ({ args }: SimpleCommand) =>
  args.some(({ text }) => /^--(?:dry-?run(?:=\w+)?|what-?if|simulate|pretend|no-act|just-print)$/i.test(text));

const verbsThatLook =
  /^(?:get|list|ls|describe|show|status|view|log|logs|events|top|version|info|inspect|ps|images|diff|plan|validate|explain|whoami|help|search|history|stats|cluster-info|api-resources|api-versions|lint|template|graph|output|policy|depends|is-active|is-enabled|outdated|-l)$|^(?:get|list|describe|show|head|batch-get|lookup)-/;
/** After these comes what they act on, or what is run. */
const verbsThatAct =
  /^(?:run|exec|ssh|console|shell|rsh|debug|attach|cp|mv|mb|sync|rm|rb|put|create|delete|destroy|apply|deploy|set|update|add|remove|push|up|down|start|stop|restart|build|pull|invoke|import|install|upgrade|uninstall|send|edit|patch|scale|label|annotate|tag|use|merge|close)$/;

/** Whether a call of a tool with verbs only looks: an address `svc get x`, or a verb alone. */
function looks(command: SimpleCommand): boolean {
  if (command.name === 'git') return gitLooks(command);
  if (command.name === 'crontab') return command.args.some(({ text }) => text === '-l');
  for (const word of plainWords(command).slice(0, 3)) {
    if (verbsThatLook.test(word)) return true;
    if (verbsThatAct.test(word)) return false;
  }
  return false;
}

const gitVerbsThatLook: ReadonlySet<string> = new Set(
  `status diff log show rev-parse ls-files ls-tree ls-remote blame describe shortlog cat-file rev-list merge-base grep for-each-ref
  version help count-objects whatchanged name-rev var check-ignore check-attr diff-tree diff-index diff-files show-ref range-diff`.split(
    /\s+/,
  ),
);

/** Verbs that look with some words, or without any. */
const gitLooksWith: Readonly<Record<string, (words: readonly string[], options: Options) => boolean>> = {
  branch: onlyLists,
  tag: onlyLists,
  remote: ([first]) => first === undefined || first === 'show' || first === 'get-url',
  stash: ([first]) => first === 'list' || first === 'show',
  worktree: ([first]) => first === 'list',
  reflog: ([first]) => first === undefined || first === 'show' || first === 'list',
  config: ([first], { has }) => first === 'list' || first === 'get' || has('l', 'list', 'get', 'get-all', 'get-regexp'),
};

function onlyLists(words: readonly string[], { names }: Options): boolean {
  const lists = /^(?:a|v|vv|r|l|n|list|all|remotes|verbose|show-current|sort|format)$/;
  return words.length === 0 && names.every((name) => lists.test(name));
}

function gitLooks(command: SimpleCommand): boolean {
  const call = readGit(command);
  if (!call || gitVerbsThatLook.has(call.verb)) return true;
  const words = call.options.operands.map(({ text }) => text);
  return gitLooksWith[call.verb]?.(words, call.options) ?? false;
}

/** The tool itself, or the first of its words that names one: starters and interpreters stand before it. */
function familiesOfTool(command: SimpleCommand): ActionFamily[] {
  const words = plainWords(command);
  const own = familiesByVerb.get(toolName(command.name));
  if (own) return own.verbs.test(words.join(' ')) ? [own.family] : [];
  if (!starters.test(command.name)) return [];
  for (const [at, word] of words.slice(0, 3).entries()) {
    const tool = toolName(word);
    const rest = words.slice(at + 1);
    const known = familiesByVerb.get(tool);
    if (known) return known.verbs.test(rest.join(' ')) ? [known.family] : [];
    const whole = familiesOfProgram.get(tool) ?? familiesUnlessLooking.get(tool);
    if (whole) return [...whole];
  }
  return [];
}

/** Without its folder and its version. */
const toolName = (word: string) => word.replace(/^.*\//, '').replace(/(?<=.)@.*$/, '');

const starters =
  /^(?:npx|npm|pnpm|pnpx|yarn|bunx?|bundle|poetry|uvx?|pipenv|pdm|hatch|pipx|corepack|dotenv|php|python[\d.]*|ruby|symfony|rye|deno|tsx?|ts-node|node|dlx)$/;

const runners =
  /^(?:npm|pnpm|yarn|bun|make|gmake|just|task|rake|composer|poe|nox|invoke|inv|mise|deno|nx|turbo|lerna|gradle|gradlew|mage|pdm|hatch|grunt|gulp|ant)$/;

/** What the name of a task of the project says. */
function familiesOfTask(command: SimpleCommand): ActionFamily[] {
  if (!runners.test(command.name)) return [];
  const words = plainWords(command).filter((word) => !word.includes('='));
  const named = /^(?:run|run-script|task|exec)$/.test(words[0] ?? '') ? words.slice(1, 2) : words.slice(0, 1);
  return named.flatMap((word) => taskWords.filter(([, pattern]) => pattern.test(word)).map(([family]) => family));
}

/** What options or the verb make of programs that mostly do something else. */
function familiesOfOptions({ name, args }: SimpleCommand): ActionFamily[] {
  const has = (pattern: RegExp) => args.some(({ text }) => pattern.test(text));
  return byOptions.filter(([program, option]) => program.test(name) && has(option)).map(([, , family]) => family);
}

const byOptions: readonly [program: RegExp, option: RegExp, ActionFamily][] = [
  [/^(?:g?find|fd|fdfind)$/, /^-delete$/, 'deletion'],
  [/^git$/, /^(?:clean|rm)$/, 'deletion'],
  [/^gh$/, /^release$/, 'publishing'],
  [/^rsync$/, /^--del(?:ete.*)?$|^--remove-source-files$/, 'deletion'],
  [/^rsync$/, /^[^/]*:|^rsync:/, 'network'],
];
