/** How the page speaks of each kind of rule. */
export const ruleKinds = {
  words: {
    label: 'Words',
    title: 'A list of words',
    lines: 'Words or phrases, one a line',
    hint: 'Found as whole words, whatever their case. At least four letters each.',
    example: 'Project Bluebird\nAcme Holding',
    has: (count: number) => (count === 1 ? '1 word' : `${count} words`),
  },
  pattern: {
    label: 'Patterns',
    title: 'Patterns',
    lines: 'Patterns, one a line',
    hint: 'In the syntax of RE2, which is that of other regular expressions without look-around and back-references.',
    example: 'CUST-[0-9]{6}',
    has: (count: number) => (count === 1 ? '1 pattern' : `${count} patterns`),
  },
  paths: {
    label: 'Files kept out',
    title: 'Files that are kept out',
    lines: 'Paths, one a line',
    hint: 'Written as in .gitignore. What an agent reads from such a file never leaves.',
    example: '.env*\n/secrets/\n*.pem',
    has: (count: number) => (count === 1 ? '1 path' : `${count} paths`),
  },
  tools: {
    label: 'Trusted tools',
    title: 'Tools that get real values',
    lines: 'Names of tools, one a line',
    hint: 'Masked values come back in tools for files only. A tool named here gets them too, whatever it does with them.',
    example: 'mcp__vault__store',
    has: (count: number) => (count === 1 ? '1 tool' : `${count} tools`),
  },
} as const;

export type RuleKind = keyof typeof ruleKinds;

export const isRuleKind = (kind: string | null): kind is RuleKind => kind !== null && Object.hasOwn(ruleKinds, kind);
/** Whether rules of a kind find data, which then has a class. */
export const findsData = (kind: RuleKind) => kind === 'words' || kind === 'pattern';

export const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
