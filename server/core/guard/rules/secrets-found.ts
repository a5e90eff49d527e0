import { HOLE, type SimpleCommand, type Word } from '../interpreted.ts';
import { literal, readOptions } from '../options.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { readFind } from './finding.ts';
import { readGit } from './git-words.ts';
import { isSecretWord } from './secret-paths.ts';
import { opened } from './secret-words.ts';

/** Files with secrets that are read by names which another command of the line lists: through xargs, a loop, a substitution. */

/** What a pattern for names says of secrets. */
const tellingName =
  /(?:^|[^a-z])env(?:$|[^a-z])|secret|credential|passw|(?:^|[^a-z])(?:id_)?(?:rsa|dsa|ecdsa|ed25519)(?:$|[^a-z])|\.pem|\.key(?:$|[^a-z])|\.p12|\.pfx|\.kdbx|netrc|pgpass|\.npmrc|token|private[_.-]?key/i;
/** Marks of keys themselves: a list of the files that hold them is a list of secrets. */
const keyText = /PRIVATE KEY|AKIA|aws_secret|secret_access_key|xox[abp]-|gh[pousr]_|glpat-|sk_live/i;

const searchers = /^(?:[efuz]?grep|rg|ag|ack|g?sed|[gm]?awk)$/;
const byPattern = /^(?:fd|fdfind|locate|plocate|mlocate|mdfind)$/;
const byFile = /^(?:ls|exa|eza|tree|dir|compgen|stat)$/;
const listers = /^(?:ls|exa|eza|tree|dir|compgen|find|gfind|fd|fdfind|locate|plocate|mlocate|mdfind|git|rg)$/;

const isTelling = ({ text }: Word) =>
  tellingName.test(text) &&
  !/example|sample|template|\.pub\b|\.(?:[cm]?[jt]sx?|py|go|rs|rb|java|kt|php|c|h|cpp|cs|swift|md|html?|s?css|vue|svelte|snap|test)\b/i.test(
    text,
  );

/** `ls | grep env`: of a list of names those that tell of secrets. */
function filtersNames({ name, args, stdin }: SimpleCommand, { all }: RuleContext): boolean {
  if (stdin.kind !== 'pipe' || !stdin.from.some((at) => listers.test(all.commands[at]?.name ?? ''))) return false;
  const options = readOptions(args, { letters: 'efABCmF', valued: ['regexp', 'file'] });
  if (/^(?:g?sed|[gm]?awk)$/.test(name)) return options.operands.slice(0, 1).some(isTelling);
  if (options.has('v', 'invert-match', 'c', 'count', 'q')) return false;
  return [...options.values('e', 'regexp'), ...options.operands.slice(0, 1)].some(isTelling);
}

/** `grep -rl 'PRIVATE KEY' .`: the files that hold keys. */
function listsHolders({ name, args }: SimpleCommand): boolean {
  const options = readOptions(args, { letters: 'efgABCmtT', valued: ['regexp', 'file', 'glob', 'include', 'type'] });
  return (
    !/sed|awk/.test(name) &&
    options.has('l', 'files-with-matches') &&
    [...options.values('e', 'regexp'), ...options.operands.slice(0, 1)].some(({ text }) => keyText.test(text))
  );
}

function findsSecrets(command: SimpleCommand): boolean {
  const names = readFind(command).tests.filter((test) => /^-i?(?:name|path|wholename|regex) /.test(test));
  return names.some((test) => {
    const word = { text: test.replace(/^\S+ /, ''), glob: true, holes: [], splits: false };
    return isSecretWord(word) || isTelling(word);
  });
}

function gitListsSecrets(command: SimpleCommand): boolean {
  const call = readGit(command);
  if (!/^ls-(?:files|tree)$/.test(call?.verb ?? '')) return false;
  return (call?.options.operands ?? []).some((word) => isSecretWord({ ...word, glob: true }) || isTelling(word));
}

/** Whether a command prints the names of files that hold secrets. */
function listsSecrets(command: SimpleCommand, context: RuleContext): boolean {
  const { name, args } = command;
  if (name === 'find' || name === 'gfind') return findsSecrets(command);
  const operands = readOptions(args).operands;
  if (name === 'git') return gitListsSecrets(command);
  if (byPattern.test(name)) return operands.some(isTelling);
  if (byFile.test(name)) return operands.some((word) => isSecretWord(word));
  return searchers.test(name) && (filtersNames(command, context) || listsHolders(command));
}

const fromElsewhere = /^(?:input|find|fd|\$\(|`|\$\{?[a-z_]\w*|<\()/;

/** Takes its files, or one of them, from what was listed. */
function readsListed(command: SimpleCommand): boolean {
  const { name, args, stdin } = command;
  const piped = stdin.kind === 'pipe' || stdin.kind === 'text';
  if (piped && name === 'cpio') return args.some(({ text }) => /^-(?:\w*o\w*|-create)$/.test(text));
  if (piped && /^(?:pax|rsync|tar|gtar|bsdtar|zip)$/.test(name))
    return args.some(
      ({ text }, index) =>
        /^(?:-@|-T-|--files-from=-)$/.test(text) ||
        (/^(?:-\w*T|--files-from)$/.test(text) && args[index + 1]?.text === '-'),
    );
  if (name === 'openssl' && /^(?:x509|verify|crl|req)$/.test(args[0]?.text ?? '')) return false;
  return opened(command).some(
    (word) =>
      literal(word) === undefined && word.text.includes(HOLE) && word.holes.some((hole) => fromElsewhere.test(hole)),
  );
}

/** Show names, not what stands in files. */
const showsNames = /^(?:ls|exa|eza|tree|dir|read|\[|test|echo|printf|xargs)$/;
/** Between the list and what reads it they only see names. */
const sifts = /^(?:tee|sed|awk|tr|cut)$/;

function siftsNames({ name, via, stdin }: SimpleCommand): boolean {
  return sifts.test(name) && stdin.kind === 'pipe' && !via.some((wrapper) => /xargs|parallel|find|fd/.test(wrapper));
}

export const foundSecretRules: readonly Rule[] = [
  {
    id: 'secrets.read-found',
    verdict: 'deny',
    programs: [
      'find', 'gfind', 'fd', 'fdfind', 'ls', 'exa', 'eza', 'tree', 'dir', 'compgen', 'locate', 'plocate', 'mlocate', 'mdfind', 'git',
      'grep', 'egrep', 'fgrep', 'ugrep', 'rg', 'ag', 'ack', 'stat',
      'sed', 'gsed', 'awk', 'gawk', 'mawk',
    ], // prettier-ignore
    matches: (command, context) => {
      const { commands } = context.all;
      if (commands.length < 2 || !listsSecrets(command, context)) return false;
      return commands.some(
        (other) => other !== command && !showsNames.test(other.name) && !siftsNames(other) && readsListed(other),
      );
    },
    reason: 'This lists files that hold secrets and reads them.',
    saferWay: 'Use the value by its name (a variable, a secret of the pipeline) and do not look at it.',
    examples: {
      ng: [
        "find . -name '*.pem' | xargs cat",
        'find . -name .env -print0 | xargs -0 cat',
        'find . -name .env | while read f; do cat "$f"; done',
        'ls -a | grep env | xargs cat',
        "cat $(git ls-files '*.env')",
        'locate id_rsa | xargs cat',
        "find . -name '*.key' | tar -T - -cf x.tar",
        "find . -name '*.key' | cpio -o > x",
        'grep -rl "BEGIN RSA PRIVATE KEY" . | xargs cat',
        'for f in $(find . -name "*.pem"); do cat "$f"; done',
        'cat "$(fd id_rsa)"',
        "cat $(ls -A | sed -n '/^\\.env$/p')",
      ],
      ok: [
        'find . -name "*.ts" | xargs cat',
        'find . -name .env | wc -l',
        'find . -name .env | xargs ls -l',
        'ls -a | grep env',
        'git ls-files | grep -v env | xargs wc -l',
        "find . -name '*.pem' | xargs -n1 openssl x509 -noout -dates -in",
        'grep -rl TODO . | xargs cat',
        'ls .env*; cat README.md',
      ],
    },
  },
];
