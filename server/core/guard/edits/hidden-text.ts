import { longestLine, type Change } from './change.ts';
import { changed, made, type EditRule } from './edit-rule.ts';

/** Signs that turn the direction of what is read (CVE-2021-42574). */
const turning = /[\u202a-\u202e\u2066-\u2069]/;
/** Signs that nobody sees: zero widths in the midst of a word, tags, fillers, variation selectors beyond the usual one. */
const unseen =
  /\u200b|[\u2028\u2029]|[\u2060-\u2064]|\u180e|\u3164|\u115f|\u1160|\uffa0|(?<=\S)\ufeff|(?<=\w)(?:\u200c|\u200d|\u00ad)(?=\w)/u;
/** The first half of tags and of selectors that carry hidden text. */
const tags = '\udb40';
/** A word that mixes Latin letters with Cyrillic, Greek or Armenian ones that look like them. */
const mixed =
  /(?=[\w\p{Script=Latin}]*[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}])(?=[\w\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]*[A-Za-z])[A-Za-z_$\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}][\w$\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]{2,}/u;
/** Full-width and mathematical letters where programs have plain ones. */
const dressed = /[\uff21-\uff3a\uff41-\uff5a\u{1d400}-\u{1d7ff}]/u;
/** Greek letters that programs about numbers use beside Latin ones. */
const usualGreek = /[αβγδεζηθλμνξπρστφχψωΔΣΩ]/gu;
/** Escape sequences of terminals. */
const terminal = ['\u001b[', '\u001b]', '\u001b(', '\u009b'];

const isRead = ({ kind }: Change) => kind !== 'text';

export const hiddenTextRules: readonly EditRule[] = [
  {
    id: 'edits.turned-text',
    verdict: 'deny',
    matches: ({ addedRaw }) => addedRaw.some((line) => turning.test(line)),
    reason: 'This holds signs that make text read in another order than it runs.',
    saferWay: 'Write the signs as escapes.',
    examples: {
      ng: [
        made('a.ts', 'if (x) { // \u202e } begin'),
        made('a.md', 'a\u2066b'),
        changed('a.py', 'x = 1', 'x = "\u202d1"'),
      ],
      ok: [made('a.ts', "const turn = '\\u202e';"), made('a.md', 'plain')],
    },
  },
  {
    id: 'edits.unseen-text',
    verdict: 'deny',
    matches: ({ addedRaw }) => addedRaw.some((line) => unseen.test(line) || line.includes(tags)),
    reason: 'This holds signs that nobody sees.',
    saferWay: 'Write the signs as escapes, or leave them away.',
    examples: {
      ng: [
        made('a.ts', 'const na\u200bme = 1;'),
        made('AGENTS.txt', 'hello \u{e0041}\u{e0042}'),
        made('a.js', 'const { \u3164 } = q;'),
        made('a.py', 'user\u200dname = 1'),
      ],
      ok: [
        made('a.md', 'family: \u{1f468}\u200d\u{1f469}\u200d\u{1f467}'),
        made('a.ts', "const zero = '\\u200b';"),
        made('bom.csv', '\ufeffa,b'),
      ],
    },
  },
  {
    id: 'edits.lookalike-letters',
    verdict: 'ask',
    matches: (change) =>
      isRead(change) && change.added.some((line) => mixed.test(line.replace(usualGreek, '')) || dressed.test(line)),
    reason: 'This mixes letters of several alphabets that look the same in one name.',
    saferWay: 'Write names in one alphabet.',
    examples: {
      ng: [
        made('a.ts', 'const \u0430dmin = true;'),
        made('a.py', 'p\u0430ssword = 1'),
        made('a.ts', 'if (ro\u03bfle === x) f();'),
        made('a.js', 'const \uff41dmin = 1;'),
      ],
      ok: [
        made('a.ts', "const hello = 'привет';"),
        made('a.md', 'a\u0430'),
        made('a.py', 'Δt = 1\nσ2 = 2'),
        made('a.ts', 'const μs = 1;'),
      ],
    },
  },
  {
    id: 'edits.long-line',
    verdict: 'ask',
    matches: ({ kind, addedRaw }) => kind === 'code' && addedRaw.some((line) => line.length > longestLine),
    reason: 'This adds a line to a program that is too long for anybody to read.',
    saferWay: 'Add the source, and let a build make what is shipped.',
    examples: {
      ng: [made('a.js', `f();${' '.repeat(3_000)}g();`)],
      ok: [made('a.js', 'f();'), made('a.json', `"${'x'.repeat(3_000)}"`)],
    },
  },
  {
    id: 'edits.terminal-text',
    verdict: 'ask',
    matches: ({ addedRaw }) => addedRaw.some((line) => terminal.some((sign) => line.includes(sign))),
    reason: 'This holds signs that change what a terminal shows.',
    saferWay: 'Write the signs as escapes.',
    examples: {
      ng: [made('a.sh', 'echo "\u001b[2Jx"'), made('a.md', '\u001b]8;;x')],
      ok: [made('a.ts', "const red = '\\u001b[31m';")],
    },
  },
];
